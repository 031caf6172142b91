import { existsSync, readFileSync } from 'node:fs';
import type { ResolveComponent } from '../cloud/data-plane.ts';
import { ArtifactError, type Download, prepareArtifacts } from '../component/artifacts.ts';
import type { ComponentDefinition } from '../component/definition.ts';
import { recipePath } from '../component/paths.ts';
import type { Definitions } from '../component/supervisor.ts';
import { updatedConfiguration } from '../configuration.ts';
import { writeFileAtomically } from '../files.ts';
import { manifestFor, type Platform } from '../recipe/platform.ts';
import { isBuiltIn, type Manifest, type Recipe, recipeSchema } from '../recipe/recipe.ts';
import type { Snapshot } from '../state.ts';
import { type DeploymentDocument, targetOf } from './document.ts';
import { DeploymentFailure } from './failure.ts';
import { resolveComponents } from './resolve.ts';

/** Parts of the nucleus that this core device is itself; others of their types can't be had here. */
const BUILT_IN = ['aws.greengrass.TokenExchangeService', 'aws.greengrass.Nucleus'];

export interface Plan {
  snapshot: Snapshot;
  definitions: Definitions;
}

export interface PlanOptions {
  root: string;
  platform: Platform;
  resolve: ResolveComponent;
  download: Download;
}

/**
 * Works out what the device runs after a deployment, and brings recipes and artifacts onto it. Changes nothing of what
 * runs. Other targets' components stay; the document replaces its own target's altogether.
 */
export async function planDeployment(
  document: DeploymentDocument,
  current: Snapshot,
  options: PlanOptions,
): Promise<Plan> {
  const versions = Object.entries(document.components).map(([name, { version }]) => [name, version]);
  const targets = {
    ...current.targets,
    [targetOf(document)]: {
      configurationArn: document.configurationArn,
      deploymentId: document.deploymentId,
      roots: Object.fromEntries(versions),
    },
  };
  const roots = Object.fromEntries(Object.entries(targets).map(([target, { roots: own }]) => [target, own]));
  const recipes = await resolveComponents(roots, options.resolve);
  const definitions = new Map<string, ComponentDefinition>();
  for (const [name, recipe] of recipes) {
    const configuration = updatedConfiguration(
      recipe.ComponentConfiguration.DefaultConfiguration,
      current.components[name]?.configuration,
      document.components[name]?.configurationUpdate,
    );
    const version = recipe.ComponentVersion;
    const manifest = manifestOf(recipe, options.platform);
    await writeFileAtomically(recipePath(options.root, name, version), JSON.stringify(recipe, null, 2));
    try {
      await prepareArtifacts(options.root, { name, version }, manifest, options.download);
    } catch (error) {
      if (!(error instanceof ArtifactError)) throw error;
      throw new DeploymentFailure(`${name} ${version}: ${error.message}`, [error.code], ['ARTIFACT_ERROR'], error);
    }
    definitions.set(name, { name, version, recipe, manifest, configuration });
  }
  const components = Object.fromEntries(
    [...definitions].map(([name, { version, configuration }]) => [name, { version, configuration }]),
  );
  return { snapshot: { components, targets }, definitions };
}

/** The components of a snapshot, from the recipes that are on the device. */
export function definitionsOf(snapshot: Snapshot, root: string, platform: Platform): Definitions {
  const definitions = new Map<string, ComponentDefinition>();
  for (const [name, { version, configuration }] of Object.entries(snapshot.components)) {
    const path = recipePath(root, name, version);
    if (!existsSync(path))
      throw new Error(`the recipe ${path} of an installed component is gone: deploy to this device again`);
    const recipe = recipeSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    definitions.set(name, { name, version, recipe, manifest: manifestOf(recipe, platform), configuration });
  }
  return definitions;
}

function manifestOf(recipe: Recipe, platform: Platform): Manifest {
  if (isBuiltIn(recipe)) {
    if (BUILT_IN.includes(recipe.ComponentName)) return { Platform: {}, Lifecycle: {}, Artifacts: [] };
    throw new DeploymentFailure(
      `${recipe.ComponentName} is a plugin of the Java nucleus, which this core device can't run`,
      ['UNSUPPORTED_COMPONENT'],
      ['COMPONENT_ERROR'],
    );
  }
  const manifest = manifestFor(recipe, platform);
  if (manifest) return manifest;
  const description = Object.entries(platform).map(([attribute, value]) => `${attribute}=${value}`);
  throw new DeploymentFailure(
    `${recipe.ComponentName} ${recipe.ComponentVersion} has no manifest for ${description.join(', ')}`,
    ['NO_AVAILABLE_COMPONENT_VERSION', 'COMPONENT_NOT_COMPATIBLE_WITH_PLATFORM'],
    ['DEPENDENCY_ERROR'],
  );
}
