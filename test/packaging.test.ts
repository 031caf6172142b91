import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { auditDeadLetters } from './dead-letter-audit.ts';

const root = resolve(import.meta.dirname, '..');
const services = readdirSync(join(root, 'services')).filter((name) =>
  existsSync(join(root, 'services', name, 'serverless.yml')),
);
/** Functions that carry native modules are as large as these. */
const NATIVE = /^(image-intake|edge-deployer)$/;
const LARGEST_BUNDLE = 400 * 1024;

interface Packaged {
  readonly template: unknown;
  /** Digest and size of each zip by name. */
  readonly bundles: ReadonlyMap<string, { sha256: string; bytes: number }>;
}

/** Packages every service as whoever deploys does: two at a time, nothing taken from a cache. */
function packageAll(): ReadonlyMap<string, Packaged> {
  const nx = join(root, 'node_modules', '.bin', 'nx');
  const run = spawnSync(nx, ['run-many', '-t', 'package', '--parallel=2', '--skip-nx-cache', '--output-style=static'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`nx run-many -t package failed:\n${run.stdout}${run.stderr}`);
  return new Map(services.map((service) => [service, readPackage(join(root, 'services', service, '.serverless'))]));
}

function readPackage(folder: string): Packaged {
  const zips = readdirSync(folder).filter((name) => name.endsWith('.zip'));
  const bundles = zips.map((name) => {
    const content = readFileSync(join(folder, name));
    return [name, { sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length }] as const;
  });
  const template: unknown = JSON.parse(readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8'));
  return { template, bundles: new Map(bundles) };
}

let first: ReadonlyMap<string, Packaged>;
let second: ReadonlyMap<string, Packaged>;
beforeAll(() => {
  first = packageAll();
  second = packageAll();
}, 240_000);

describe.each(services)('%s', (service) => {
  test(`packages to the same bytes twice${NATIVE.test(service) ? '' : ', each bundle within 400 KB'}`, () => {
    const { bundles } = first.get(service)!;
    expect(second.get(service)!.bundles).toEqual(bundles);
    if (service !== 'event-bus') expect(bundles.size).toBeGreaterThan(0);
    if (NATIVE.test(service)) return;
    for (const [name, { bytes }] of bundles) expect(bytes, name).toBeLessThanOrEqual(LARGEST_BUNDLE);
  });

  test('has no role for all functions beside those of the single ones', () => {
    expect(first.get(service)!.template).not.toHaveProperty('Resources.IamRoleLambdaExecution');
  });

  test('has a dead-letter queue for every rule target, function and queue', () => {
    expect(auditDeadLetters(service, 'local', first.get(service)!.template)).toEqual([]);
  });
});
