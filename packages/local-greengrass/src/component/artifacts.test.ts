import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import type { Manifest } from '../recipe/recipe.ts';
import { prepareArtifacts } from './artifacts.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'artifacts-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const component = { name: 'com.example.A', version: '1.0.0' };
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('base64');
const unpacked = (...path: string[]) =>
  join(root, 'packages', 'artifacts-unarchived', 'com.example.A', '1.0.0', ...path);

async function zipOf(files: Record<string, { content: string; mode?: number }>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, { content, mode }] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name, { mode });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** yazl refuses such names, so they are put in afterwards: names of the same length. */
const renamed = (zip: Buffer, from: string, to: string) =>
  Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');

async function prepare(content: Buffer, digest = sha256(content), downloads: string[] = []): Promise<void> {
  const manifest: Manifest = {
    Platform: {},
    Lifecycle: {},
    Artifacts: [{ URI: 's3://bucket/folder/code.zip', Unarchive: 'ZIP', Digest: digest, Algorithm: 'SHA-256' }],
  };
  await prepareArtifacts(root, component, manifest, async ({ URI }, path) => {
    downloads.push(URI);
    writeFileSync(path, content);
  });
}

describe('preparing artifacts', () => {
  it('downloads, checks and unpacks, and keeps the executable bit', async () => {
    await prepare(await zipOf({ 'main.js': { content: 'main' }, 'bin/run': { content: 'run', mode: 0o100755 } }));
    expect(readFileSync(unpacked('code', 'main.js'), 'utf8')).toBe('main');
    expect(statSync(unpacked('code', 'bin', 'run')).mode & 0o111).toBe(0o111);
    expect(statSync(unpacked('code', 'main.js')).mode & 0o111).toBe(0);
  });

  it('does not download again what is there and right', async () => {
    const downloads: string[] = [];
    const content = await zipOf({ a: { content: 'a' } });
    await prepare(content, sha256(content), downloads);
    await prepare(content, sha256(content), downloads);
    expect(downloads).toHaveLength(1);
    writeFileSync(join(root, 'packages/artifacts/com.example.A/1.0.0/code.zip'), 'damaged');
    await prepare(content, sha256(content), downloads);
    expect(downloads).toHaveLength(2);
  });

  it('refuses an artifact whose digest is another, and leaves nothing of it', async () => {
    const content = await zipOf({ a: { content: 'a' } });
    await expect(prepare(content, sha256(Buffer.from('other')))).rejects.toMatchObject({
      code: 'ARTIFACT_CHECKSUM_MISMATCH',
    });
    expect(existsSync(unpacked('code'))).toBe(false);
  });

  it.each([
    ['up', '../evil'],
    ['absolute', '/tmp/evl'],
    ['backslashes', '..\\evil'],
  ])('refuses an archive that would leave its folder: %s', async (_, name) => {
    const harmless = 'innocent'.slice(0, name.length);
    const content = renamed(await zipOf({ [harmless]: { content: 'x' } }), harmless, name);
    await expect(prepare(content)).rejects.toMatchObject({ code: 'ARTIFACT_UNARCHIVE_ERROR' });
    expect(existsSync(unpacked('evil'))).toBe(false);
    expect(existsSync(unpacked('code'))).toBe(false);
  });

  it('refuses an archive with a symbolic link', async () => {
    const content = await zipOf({ link: { content: '/etc/passwd', mode: 0o120777 } });
    await expect(prepare(content)).rejects.toThrow(/symbolic link/);
  });

  it.each([
    ['is none', 'end of central directory', async () => Buffer.from('hello')],
    ['is empty', 'end of central directory', async () => Buffer.alloc(0)],
    [
      'is cut off',
      'end of central directory',
      async () => (await zipOf({ a: { content: 'a'.repeat(1000) } })).subarray(0, 90),
    ],
    [
      'has a file twice',
      'EEXIST',
      async () => renamed(await zipOf({ one: { content: '1' }, two: { content: '2' } }), 'two', 'one'),
    ],
    [
      'has a file where it has a folder',
      'EISDIR|EEXIST',
      async () => renamed(await zipOf({ 'a/b': { content: '1' }, x: { content: '2' } }), 'x', 'a'),
    ],
    [
      'says of a file that it is smaller than it is',
      'too many bytes',
      async () => {
        const zip = await zipOf({ bomb: { content: 'a'.repeat(100_000) } });
        const directory = zip.lastIndexOf('PK\x01\x02', undefined, 'latin1');
        zip.writeUInt32LE(10, directory + 24);
        return zip;
      },
    ],
    [
      'says of its files that they are more than a device can hold',
      'unpacks to more than',
      async () => {
        const zip = await zipOf({ bomb: { content: 'a' } });
        const directory = zip.lastIndexOf('PK\x01\x02', undefined, 'latin1');
        zip.writeUInt32LE(0xfffffffe, directory + 24);
        return zip;
      },
    ],
    [
      'says that it has more entries than a device can hold',
      'has 65534 entries, 50000 is the most',
      async () => {
        const zip = await zipOf(
          Object.fromEntries(Array.from({ length: 3 }, (_, index) => [`f${index}`, { content: '' }])),
        );
        const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
        zip.writeUInt16LE(65_534, end + 8);
        zip.writeUInt16LE(65_534, end + 10);
        return zip;
      },
    ],
  ])('refuses an archive that %s, and leaves nothing of it', async (_, why, archive) => {
    const refused = prepare(await archive());
    await expect(refused).rejects.toMatchObject({ code: 'ARTIFACT_UNARCHIVE_ERROR' });
    await expect(refused).rejects.toThrow(new RegExp(why, 'i'));
    expect(existsSync(unpacked('code'))).toBe(false);
    expect(existsSync(unpacked('code.part'))).toBe(false);
  });
});
