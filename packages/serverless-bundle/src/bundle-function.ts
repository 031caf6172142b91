import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { writeArchive, type ZipEntry } from './archive.ts';
import { oneCopy, zodInEnglish } from './esbuild-plugins.ts';
import { nativeEntries } from './native-packages.ts';
import type { Platform } from './platform.ts';

/** Our own code with all that is bundled into it stays below this, zipped; a cold start reads every byte. */
const MAX_CODE_BYTES = 400 * 1024;

export interface FunctionBundle {
  /** The function's key in serverless.yml. */
  readonly name: string;
  /** `functions/<name>/handler.handler`. */
  readonly handler: string;
  /** Modules that the function runs as processes of their own; they keep their path below the service. */
  readonly processes: readonly string[];
  /** Packages that are copied instead of bundled. */
  readonly native: readonly string[];
  /** Files and folders to add, relative to the service. */
  readonly files: readonly string[];
}

/** Bundles one function into a zip at `target`. The same sources give the same bytes. */
export async function bundleFunction(
  serviceDir: string,
  bundle: FunctionBundle,
  platform: Platform,
  target: string,
): Promise<void> {
  const modules = [bundle.handler, ...bundle.processes].map((file) => file.replace(/\.[^./]+$/, ''));
  const entries: ZipEntry[] = [
    ...(await Promise.all(
      modules.map(async (module) => ({
        name: `${module}.mjs`,
        content: await bundleCode(serviceDir, bundle, module),
      })),
    )),
    ...(await nativeEntries(bundle.native, serviceDir, platform)),
    ...(await extraEntries(serviceDir, bundle.files)),
  ];
  await writeArchive(target, entries);
}

async function bundleCode(serviceDir: string, bundle: FunctionBundle, module: string): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [`${module}.ts`],
    absWorkingDir: serviceDir,
    outfile: `${module}.mjs`,
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    // Error names reach Step Functions and logs; minified class names would not be recognised there.
    keepNames: true,
    legalComments: 'none',
    logLevel: 'silent',
    external: [...bundle.native],
    plugins: [oneCopy(serviceDir), zodInEnglish],
    // The minifier doesn't see the banner's names: they must be none that it would give.
    banner: {
      js: "import{createRequire as $bundleRequire}from'node:module';const require=$bundleRequire(import.meta.url);",
    },
  });
  const code = result.outputFiles[0]?.contents;
  if (code === undefined) throw new Error(`esbuild wrote nothing for the function ${bundle.name}`);
  const zipped = deflateRawSync(code, { level: 9 }).length;
  if (zipped > MAX_CODE_BYTES) {
    throw new Error(
      `the code of ${bundle.name} takes ${kilobytes(zipped)} zipped, the limit is ${kilobytes(MAX_CODE_BYTES)}; ` +
        `largest are ${largest(result.metafile)}. Import less, or list a package under custom.bundle.native`,
    );
  }
  return code;
}

function largest(metafile: Metafile): string {
  const sizes = new Map<string, number>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? 'own code';
      sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
    }
  }
  const top = [...sizes].toSorted(([, a], [, b]) => b - a).slice(0, 5);
  return top.map(([name, bytes]) => `${name} (${kilobytes(bytes)} unzipped)`).join(', ');
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KB`;
}

/** Files keep their path below the service; those from outside of it go to the artifact's root. */
async function extraEntries(serviceDir: string, files: readonly string[]): Promise<ZipEntry[]> {
  const entries: ZipEntry[] = [];
  for (const file of files) {
    const source = path.resolve(serviceDir, file);
    const relative = path.relative(serviceDir, source);
    const name = relative.startsWith('..') ? path.basename(source) : relative.split(path.sep).join('/');
    const found = await stat(source).catch((cause: unknown) => {
      throw new Error(`custom.bundle.files names ${file}, which is not there`, { cause });
    });
    if (!found.isDirectory()) {
      entries.push({ name, content: await readFile(source) });
      continue;
    }
    for (const child of await readdir(source, { recursive: true, withFileTypes: true })) {
      if (!child.isFile()) continue;
      const inside = path.join(child.parentPath, child.name);
      entries.push({ name: `${name}/${path.relative(source, inside).split(path.sep).join('/')}`, source: inside });
    }
  }
  return entries;
}
