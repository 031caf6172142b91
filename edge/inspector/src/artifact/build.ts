import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeDurably } from '../durable-files.ts';
import { type ArtifactFile, archive } from './archive.ts';
import { EXTERNAL, nativeFiles } from './native-files.ts';
import { type Platform, platformName } from './platform.ts';

export interface Artifact {
  zip: Buffer;
  /** SHA-256 of the zip, lower-case hex. */
  sha256: string;
}

/** A device fetches it over whatever line it has. */
export const LARGEST_ARTIFACT = 60 * 1024 * 1024;
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Builds the component's artifact: our code as one file, and of the packages that can't be bundled the platform's own
 * files. The same sources give the same bytes. Compressing takes seconds, so a zip is kept in `.build/` under the digest
 * of what went into it.
 */
export async function buildArtifact(platform: Platform): Promise<Artifact> {
  const files: ArtifactFile[] = [
    { name: 'main.mjs', content: await bundle() },
    ...(await nativeFiles(PACKAGE, platform)),
  ];
  const kept = join(PACKAGE, '.build', `inspector-${platformName(platform)}-${digestOf(files)}.zip`);
  if (existsSync(kept)) return withDigest(await readFile(kept));
  const zip = await archive(files);
  if (zip.length > LARGEST_ARTIFACT)
    throw new Error(
      `the inspector's artifact for ${platformName(platform)} has ${zip.length} bytes, the limit is ${LARGEST_ARTIFACT}`,
    );
  await writeDurably(kept, zip);
  return withDigest(zip);
}

async function bundle(): Promise<Uint8Array> {
  const result = await build({
    entryPoints: ['src/main.ts'],
    absWorkingDir: PACKAGE,
    outfile: 'main.mjs',
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: true,
    legalComments: 'none',
    logLevel: 'silent',
    external: EXTERNAL,
    // Packages that are CommonJS call require for Node's own modules.
    banner: {
      js: "import{createRequire as $bundleRequire}from'node:module';const require=$bundleRequire(import.meta.url);",
    },
  });
  const [output] = result.outputFiles;
  if (!output) throw new Error('esbuild wrote nothing for the inspector');
  return output.contents;
}

function digestOf(files: ArtifactFile[]): string {
  const hash = createHash('sha256');
  for (const { name, content } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    hash.update(`${name} ${content.length}\n`).update(content);
  return hash.digest('hex').slice(0, 32);
}

const withDigest = (zip: Buffer): Artifact => ({ zip, sha256: createHash('sha256').update(zip).digest('hex') });
