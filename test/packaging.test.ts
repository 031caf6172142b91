import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
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

/** Packages a service as `nx package` does. @returns its template, and digest and size of each zip by name. */
function packaged(service: string) {
  const serverless = join(root, 'node_modules', '.bin', 'serverless');
  const cwd = join(root, 'services', service);
  const run = spawnSync(process.execPath, [serverless, 'package', '--stage', 'local'], { cwd, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`serverless package of ${service} failed:\n${run.stdout}${run.stderr}`);
  const folder = join(cwd, '.serverless');
  const zips = readdirSync(folder).filter((name) => name.endsWith('.zip'));
  const bundles = new Map(
    zips.map((name) => {
      const content = readFileSync(join(folder, name));
      return [
        name,
        { sha256: createHash('sha256').update(content).digest('hex'), bytes: statSync(join(folder, name)).size },
      ];
    }),
  );
  const template: unknown = JSON.parse(readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8'));
  return { bundles, template };
}

describe.each(services)('%s', (service) => {
  let first: ReturnType<typeof packaged>;
  beforeAll(() => {
    first = packaged(service);
  }, 120_000);

  test(`packages to the same bytes twice${NATIVE.test(service) ? '' : ', each bundle within 400 KB'}`, () => {
    expect(packaged(service).bundles).toEqual(first.bundles);
    if (service !== 'event-bus') expect(first.bundles.size).toBeGreaterThan(0);
    if (NATIVE.test(service)) return;
    for (const [name, { bytes }] of first.bundles) expect(bytes, name).toBeLessThanOrEqual(LARGEST_BUNDLE);
  }, 120_000);

  test('has no role for all functions beside those of the single ones', () => {
    expect(first.template).not.toHaveProperty('Resources.IamRoleLambdaExecution');
  });

  test('has a dead-letter queue for every rule target, function and queue', () => {
    expect(auditDeadLetters(service, 'local', first.template)).toEqual([]);
  });
});
