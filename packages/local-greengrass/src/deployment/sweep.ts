import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '../state.ts';

/** Removes recipes and artifacts of component versions that the device no longer runs. */
export async function sweepPackages(root: string, snapshot: Snapshot): Promise<void> {
  const kept = (name: string, version: string) => snapshot.components[name]?.version === version;
  for (const kind of ['artifacts', 'artifacts-unarchived']) {
    const folder = join(root, 'packages', kind);
    for (const name of await entries(folder)) {
      for (const version of await entries(join(folder, name)))
        if (!kept(name, version)) await rm(join(folder, name, version), { recursive: true, force: true });
      if (!snapshot.components[name]) await rm(join(folder, name), { recursive: true, force: true });
    }
  }
  const recipes = Object.entries(snapshot.components).map(([name, { version }]) => `${name}-${version}.json`);
  const folder = join(root, 'packages', 'recipes');
  for (const file of await entries(folder)) if (!recipes.includes(file)) await rm(join(folder, file), { force: true });
}

async function entries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
