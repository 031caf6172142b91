import { basename, extname, join } from 'node:path';
import type { Artifact } from '../recipe/recipe.ts';

/** Where things are below the nucleus's root folder; the same names as on the nucleus. */
export const artifactsFolder = (root: string, name: string, version: string): string =>
  join(root, 'packages', 'artifacts', name, version);
export const decompressedFolder = (root: string, name: string, version: string): string =>
  join(root, 'packages', 'artifacts-unarchived', name, version);
export const recipePath = (root: string, name: string, version: string): string =>
  join(root, 'packages', 'recipes', `${name}-${version}.json`);
export const workFolder = (root: string, name: string): string => join(root, 'work', name);
export const logPath = (root: string, name: string): string => join(root, 'logs', `${name}.log`);

/** An artifact's file name: the last part of its URI. */
export const artifactFile = (artifact: Artifact): string => basename(new URL(artifact.URI).pathname);

/** The folder that an archive unpacks to, below `{artifacts:decompressedPath}`. */
export const archiveFolder = (artifact: Artifact): string => {
  const file = artifactFile(artifact);
  return basename(file, extname(file));
};
