import template from '../recipe.json' with { type: 'json' };
import { architectureOf, type Platform } from './artifact/platform.ts';

export interface RecipeOptions {
  version: string;
  builds: readonly { platform: Platform; uri: string }[];
  imageBucket: string;
  framesDir: string;
}

/** The recipe of one version: `recipe.json` with its placeholders filled in, its manifest once for each platform. */
export function inspectorRecipe({ version, builds, imageBucket, framesDir }: RecipeOptions) {
  const { DefaultConfiguration: defaults } = template.ComponentConfiguration;
  const [manifest] = template.Manifests;
  if (!manifest) throw new Error('recipe.json has no manifest');
  return {
    ...template,
    ComponentVersion: version,
    ComponentConfiguration: {
      DefaultConfiguration: { ...defaults, imageBucket, frames: { ...defaults.frames, folder: framesDir } },
    },
    Manifests: builds.map(({ platform, uri }) => ({
      ...manifest,
      Platform: { os: platform.os, architecture: architectureOf(platform) },
      Artifacts: manifest.Artifacts.map((artifact) => ({ ...artifact, URI: uri })),
    })),
  };
}
