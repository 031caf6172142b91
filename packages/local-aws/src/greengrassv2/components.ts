import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { compare, satisfies } from 'semver';
import { nameIn } from '../kernel/arn.ts';
import { messageOf } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { notFound, required } from './errors.ts';
import { publicComponents } from './public-components.ts';
import { type Recipe, supports } from './recipe.ts';
import type { ComponentVersion } from './records.ts';
import { type Greengrass, versionKey } from './state.ts';

/** Registers the work of creating a component version: reading its artifacts and writing down what they are. */
export function handleComponentTasks(greengrass: Greengrass): void {
  greengrass.kernel.outbox.handle<{ name: string; version: string }>(
    'greengrassv2:component',
    async ({ name, version }) => {
      const requested = greengrass.versions.get(versionKey(name, version));
      if (requested?.state !== 'REQUESTED') return;
      const { recipe, errors } = await withDigests(greengrass, requested);
      const failed = Object.keys(errors).length > 0;
      const current = greengrass.versions.get(versionKey(name, version));
      // It may have been deleted while its artifacts were read.
      if (current?.created !== requested.created) return;
      greengrass.versions.put(versionKey(name, version), {
        ...current,
        recipe,
        errors,
        state: failed ? 'FAILED' : 'DEPLOYABLE',
        message: failed ? 'The artifacts of the recipe cannot be read.' : 'NONE',
      });
    },
    { concurrency: 4 },
  );
}

/** The recipe with the digest of every artifact, and what is wrong with those that can't be read. */
async function withDigests(
  greengrass: Greengrass,
  { recipe, caller }: ComponentVersion,
): Promise<{ recipe: Recipe; errors: Record<string, string> }> {
  const errors: Record<string, string> = {};
  const digests = new Map<string, string>();
  for (const { URI } of recipe.Manifests.flatMap(({ Artifacts = [] }) => Artifacts)) {
    if (digests.has(URI)) continue;
    const { host: Bucket, pathname } = new URL(URI);
    try {
      const Key = decodeURIComponent(pathname.slice(1));
      const { Body } = await greengrass.kernel.call('s3', 'GetObject', { Bucket, Key }, caller);
      const hash = createHash('sha256');
      if (!(Body instanceof Readable)) throw new Error('the object has no content');
      await pipeline(Body, hash);
      digests.set(URI, hash.digest('base64'));
    } catch (error) {
      errors[URI] = messageOf(error);
    }
  }
  const Manifests = recipe.Manifests.map((manifest) => ({
    ...manifest,
    ...(manifest.Artifacts && {
      Artifacts: manifest.Artifacts.map((artifact) => ({
        ...artifact,
        Digest: digests.get(artifact.URI),
        Algorithm: 'SHA-256',
      })),
    }),
  }));
  return { recipe: { ...recipe, Manifests }, errors };
}

/** `…:components:<name>[:versions:<version>]`. */
export function parseArn(kernel: Kernel, arn: string): { name: string; version: string | undefined } {
  const match = /^([^:]+)(?::versions:([^:]+))?$/.exec(nameIn(kernel, arn, 'greengrass', 'components:') ?? '');
  if (!match?.[1]) throw notFound('component', arn);
  return { name: match[1], version: match[2] };
}

/** A component's versions, newest first. */
export function versionsOf(greengrass: Greengrass, name: string): ComponentVersion[] {
  return greengrass.versions
    .list({ prefix: `${name} ` })
    .map(({ value }) => value)
    .toSorted((a, b) => compare(b.version, a.version));
}

export function requiredVersion(greengrass: Greengrass, arn: string): ComponentVersion {
  const { name, version } = parseArn(greengrass.kernel, arn);
  return required(
    version === undefined ? undefined : greengrass.versions.get(versionKey(name, version)),
    'component',
    arn,
  );
}

/** The version of a component that suits all requirements and the device; the one that the device has goes before newer ones. */
export function resolve(
  greengrass: Greengrass,
  candidate: { name: string; present?: string | undefined; requirements: string[] },
  device: Record<string, string>,
): { recipe: Recipe; isPublic: boolean } | undefined {
  const suits = (version: string) =>
    candidate.requirements.every((range) => satisfies(version, range, { includePrerelease: true }));
  const builtIn = publicComponents.find(
    ({ ComponentName: name, ComponentVersion: version }) => name === candidate.name && suits(version),
  );
  if (builtIn) return { recipe: builtIn, isPublic: true };
  const suitable = versionsOf(greengrass, candidate.name).filter(
    ({ version, state, recipe }) => state === 'DEPLOYABLE' && suits(version) && supports(recipe, device),
  );
  const found = suitable.find(({ version }) => version === candidate.present) ?? suitable[0];
  return found && { recipe: found.recipe, isPublic: false };
}

/** Whether a deployment may name this version. */
export function isDeployable(greengrass: Greengrass, name: string, version: string): boolean {
  if (publicComponents.some((recipe) => recipe.ComponentName === name && recipe.ComponentVersion === version))
    return true;
  return greengrass.versions.get(versionKey(name, version))?.state === 'DEPLOYABLE';
}
