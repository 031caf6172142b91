import { patternOf } from './platform-pattern.ts';
import type { Manifest, Recipe } from './recipe.ts';

/** A core device's platform in Greengrass's words: `os`, `architecture`, and whatever else it was configured to say. */
export type Platform = Record<string, string>;

const ARCHITECTURES: Record<string, string> = { x64: 'amd64', arm64: 'aarch64', arm: 'arm', ia32: 'x86' };
const SYSTEMS: Record<string, string> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };

export function hostPlatform(): Platform {
  return {
    os: SYSTEMS[process.platform] ?? process.platform,
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
  };
}

/** The first manifest that fits the platform; an attribute is exact, `*`, or `/regular expression/`. */
export function manifestFor(recipe: Recipe, platform: Platform): Manifest | undefined {
  return recipe.Manifests.find((manifest) =>
    Object.entries(manifest.Platform).every(([attribute, wanted]) => fits(wanted, platform[attribute])),
  );
}

function fits(wanted: string, actual: string | undefined): boolean {
  if (wanted === '*') return true;
  if (actual === undefined) return false;
  return patternOf(wanted)?.test(actual) ?? wanted === actual;
}
