import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../files.ts';
import type { Artifact, Manifest } from '../recipe/recipe.ts';
import { hasDigest } from './digest.ts';
import { archiveFolder, artifactFile, artifactsFolder, decompressedFolder } from './paths.ts';
import { unarchiveZip } from './unarchive.ts';

/** Writes an artifact's content to a new file. */
export type Download = (artifact: Artifact, path: string) => Promise<void>;

/** What was wrong with an artifact, in the words of a deployment's error stack. */
export class ArtifactError extends Error {
  readonly code: 'ARTIFACT_DOWNLOAD_ERROR' | 'ARTIFACT_CHECKSUM_MISMATCH' | 'ARTIFACT_UNARCHIVE_ERROR';

  constructor(code: ArtifactError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ArtifactError';
    this.code = code;
  }
}

/**
 * Brings a component's artifacts onto the device: downloads what isn't there yet, checks every file against the
 * recipe's digest, and unpacks archives. A file or folder under its final name is whole and was checked.
 */
export async function prepareArtifacts(
  root: string,
  component: { name: string; version: string },
  manifest: Manifest,
  download: Download,
): Promise<void> {
  const folder = artifactsFolder(root, component.name, component.version);
  const unpacked = decompressedFolder(root, component.name, component.version);
  await mkdir(folder, { recursive: true });
  await mkdir(unpacked, { recursive: true });
  for (const artifact of manifest.Artifacts) {
    const path = join(folder, artifactFile(artifact));
    const fresh = !(existsSync(path) && (await hasDigest(path, artifact)));
    if (fresh) await fetchArtifact(artifact, path, download);
    if (artifact.Unarchive === 'ZIP') await unpack(path, join(unpacked, archiveFolder(artifact)), fresh);
  }
  await syncFolder(folder);
}

async function fetchArtifact(artifact: Artifact, path: string, download: Download): Promise<void> {
  const temporary = `${path}.part`;
  await rm(temporary, { force: true });
  try {
    await download(artifact, temporary);
  } catch (error) {
    throw new ArtifactError(
      'ARTIFACT_DOWNLOAD_ERROR',
      `artifact ${artifact.URI} cannot be fetched: ${messageOf(error)}`,
      error,
    );
  }
  if (!(await hasDigest(temporary, artifact))) {
    await rm(temporary, { force: true });
    throw new ArtifactError(
      'ARTIFACT_CHECKSUM_MISMATCH',
      `artifact ${artifact.URI} is not what the component version was created from (its ${artifact.Algorithm} differs): create a new version`,
    );
  }
  await rename(temporary, path);
}

async function unpack(archive: string, folder: string, fresh: boolean): Promise<void> {
  if (fresh) await rm(folder, { recursive: true, force: true });
  if (existsSync(folder)) return;
  const temporary = `${folder}.part`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    await unarchiveZip(archive, temporary);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw new ArtifactError('ARTIFACT_UNARCHIVE_ERROR', `${archive} cannot be unpacked: ${messageOf(error)}`, error);
  }
  await rename(temporary, folder);
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
