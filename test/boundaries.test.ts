import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** A small tree of the same shape, in which every import is one that the rules forbid. */
const planted: { rule: string; file: string; imports: string }[] = [
  { rule: 'services-are-independent', file: 'services/one/domain/order.ts', imports: '../../two/domain/part.ts' },
  {
    rule: 'services-use-shared-packages',
    file: 'services/one/adapters/cloud.ts',
    imports: '../../../packages/local-aws/src/index.ts',
  },
  {
    rule: 'only-training-trains',
    file: 'services/one/adapters/trainer.ts',
    imports: '../../../packages/detector/src/index.ts',
  },
  {
    rule: 'only-training-trains',
    file: 'services/two/adapters/data-sets.ts',
    imports: '../../../packages/dataset/src/index.ts',
  },
  {
    rule: 'only-training-trains',
    file: 'services/one/adapters/quantizer.ts',
    imports: '../../../packages/quantization/src/index.ts',
  },
  { rule: 'functions-are-independent', file: 'services/one/functions/a/handler.ts', imports: '../b/handler.ts' },
  { rule: 'domain-is-pure', file: 'services/two/domain/part.ts', imports: '@aws-sdk/client-s3' },
  { rule: 'foundations-stand-alone', file: 'packages/vision/src/box.ts', imports: '../../events/src/index.ts' },
  { rule: 'events-door-is-light', file: 'packages/events/src/index.ts', imports: '@aws-sdk/client-s3' },
  { rule: 'aws-services-meet-in-the-kernel', file: 'packages/local-aws/src/s3/bucket.ts', imports: '../sqs/queue.ts' },
  { rule: 'kernel-knows-no-service', file: 'packages/local-aws/src/kernel/kernel.ts', imports: '../sqs/queue.ts' },
  { rule: 'edge-stays-small', file: 'edge/inspector/src/main.ts', imports: '../../../packages/detector/src/index.ts' },
  { rule: 'no-undeclared-packages', file: 'packages/vision/src/undeclared.ts', imports: 'zod' },
  { rule: 'nothing-unresolvable', file: 'packages/vision/src/nothing.ts', imports: './missing.ts' },
];
const targets = [
  'packages/dataset/src/index.ts',
  'packages/detector/src/index.ts',
  'packages/local-aws/src/index.ts',
  'packages/quantization/src/index.ts',
  'packages/local-aws/src/sqs/queue.ts',
  'services/one/functions/b/handler.ts',
];

let tree: string;
let output: string;
let status: number | null;

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'boundaries-'));
  const write = (file: string, content: string) => {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), content);
  };
  for (const target of targets) write(target, 'export const target = 1;\n');
  for (const { file, imports } of planted) write(file, `export * from '${imports}';\n`);
  copyFileSync(join(root, 'tsconfig.json'), join(tree, 'tsconfig.json'));
  copyFileSync(join(root, 'tsconfig.base.json'), join(tree, 'tsconfig.base.json'));
  write('package.json', '{"type":"module","dependencies":{"@aws-sdk/client-s3":"*"}}');
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  const cruise = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const parameters = [cruise, '--config', join(root, '.dependency-cruiser.cjs'), 'packages', 'services', 'edge'];
  ({ stdout: output, status } = spawnSync(process.execPath, parameters, { cwd: tree, encoding: 'utf8' }));
}, 60_000);
afterAll(() => rmSync(tree, { recursive: true, force: true }));

test('the boundary check fails when something is planted', () => {
  expect(status).toBeGreaterThan(0);
});

test('each rule has a violation planted', () => {
  const { forbidden }: { forbidden: { name: string }[] } = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
  expect(new Set(planted.map(({ rule }) => rule))).toEqual(new Set(forbidden.map(({ name }) => name)));
});

for (const { rule, file, imports } of planted)
  test(`${rule} refuses ${imports} in ${file}`, () => {
    expect(output).toMatch(new RegExp(`error ${rule}: ${file.replaceAll('.', '\\.')}`));
  });
