import { execFile, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { handler as greet } from './fixture-service/functions/greet/handler.ts';
import { handler as measure } from './fixture-service/functions/picture/handler.ts';

const run = promisify(execFile);
const here = import.meta.dirname;
const service = path.join(here, 'fixture-service');

/** Packages the fixture with the real framework and returns its zips. */
async function packageService(environment: Record<string, string> = {}): Promise<Map<string, Buffer>> {
  const framework = path.resolve(here, '../../../node_modules/serverless/bin/serverless.js');
  await run(process.execPath, [framework, 'package', '--stage', 'local'], {
    cwd: service,
    env: { ...process.env, ...environment },
  });
  const zips = new Map<string, Buffer>();
  for (const name of ['greet', 'picture']) {
    zips.set(name, await readFile(path.join(service, '.serverless', `${name}.zip`)));
  }
  return zips;
}

async function unpack(zip: Buffer | undefined, into: string): Promise<string[]> {
  if (zip === undefined) throw new Error('the zip was not packaged');
  const names: string[] = [];
  const archive = await fromBufferPromise(zip, { lazyEntries: true });
  for await (const entry of archive.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await archive.openReadStreamPromise(entry)) chunks.push(Buffer.from(chunk));
    await mkdir(path.dirname(path.join(into, entry.fileName)), { recursive: true });
    await writeFile(path.join(into, entry.fileName), Buffer.concat(chunks));
    names.push(entry.fileName);
  }
  return names;
}

const digest = (zip: Buffer | undefined): string =>
  createHash('sha256')
    .update(zip ?? '')
    .digest('hex');

describe('packaging a service', () => {
  let scratch: string;
  let zips: Map<string, Buffer>;

  beforeAll(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'assay-bundle-'));
    zips = await packageService({ TZ: 'Asia/Tokyo' });
  });
  afterAll(async () => {
    await rm(scratch, { recursive: true, force: true });
    await rm(path.join(service, '.serverless'), { recursive: true, force: true });
  });

  it('gives the same bytes every time, whatever the time zone and the age of the files', async () => {
    await utimes(path.join(service, 'templates/hello.html'), new Date(), new Date('2001-02-03T04:05:06Z'));
    const again = await packageService({ TZ: 'America/Lima' });
    expect(digest(again.get('greet'))).toBe(digest(zips.get('greet')));
    expect(digest(again.get('picture'))).toBe(digest(zips.get('picture')));
  });

  it('bundles the code into one module beside the extra files', async () => {
    const root = path.join(scratch, 'greet');
    const names = await unpack(zips.get('greet'), root);
    expect(names).toEqual(['functions/greet/echo.mjs', 'functions/greet/handler.mjs', 'templates/hello.html']);
    const module = await import(pathToFileURL(path.join(root, 'functions/greet/handler.mjs')).href);
    await expect(module.handler({ name: 'line 2' })).resolves.toBe(await greet({ name: 'line 2' }));
    expect(zips.get('greet')?.length).toBeLessThan(100 * 1024);
  });

  it('bundles what a function runs as processes of their own', async () => {
    const root = path.join(scratch, 'processes');
    await unpack(zips.get('greet'), root);
    const child = fork(path.join(root, 'functions/greet/echo.mjs'));
    child.send('hello');
    await expect(once(child, 'message')).resolves.toContain('hello');
  });

  it('copies native packages with what they need, so that the function runs from the unpacked zip', async () => {
    const root = path.join(scratch, 'picture');
    const names = await unpack(zips.get('picture'), root);
    expect(names.filter((name) => name.endsWith('.node'))).toHaveLength(1);
    const { stdout } = await run(process.execPath, [
      '--input-type=module',
      '--eval',
      `const { handler } = await import(${JSON.stringify(pathToFileURL(path.join(root, 'functions/picture/handler.mjs')).href)}); console.log(await handler());`,
    ]);
    expect(stdout.trim()).toBe(String(await measure()));
  });

  it('leaves out the role of all functions where each has its own', async () => {
    const template = await readFile(
      path.join(service, '.serverless', 'cloudformation-template-update-stack.json'),
      'utf8',
    );
    const resources: Record<string, { Type: string }> = JSON.parse(template).Resources;
    const roles = Object.keys(resources).filter((name) => resources[name]?.Type === 'AWS::IAM::Role');
    expect(roles).toEqual(['GreetIamRoleLambdaExecution', 'PictureIamRoleLambdaExecution']);
  });

  it('says which package to install when the platform of the artifact is another one', async () => {
    await expect(packageService({ ASSAY_LAMBDA_PLATFORM: 'win32-arm64' })).rejects.toMatchObject({
      stdout: expect.stringContaining('npm install --no-save --os=win32 --cpu=arm64 @img/sharp-win32-arm64'),
    });
    await expect(packageService({ ASSAY_LAMBDA_PLATFORM: 'sunos-sparc' })).rejects.toMatchObject({
      stdout: expect.stringContaining('sharp has no build for sunos-sparc'),
    });
  });
});
