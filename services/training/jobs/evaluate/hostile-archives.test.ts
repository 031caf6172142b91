import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { checkArchive } from '@assay/dataset';
import { tinyModel } from '@assay/inspector-core/testing';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readChannel } from './channel.ts';
import { readModelArchive } from './model-archive.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostile-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** An archive of files, and of links to `/etc/passwd`. */
async function archive(files: Record<string, string | Uint8Array>, links: readonly string[] = []): Promise<string> {
  const tar = pack();
  for (const name of links) tar.entry({ name, type: 'symlink', linkname: '/etc/passwd' });
  for (const [name, bytes] of Object.entries(files)) tar.entry({ name }, Buffer.from(bytes));
  tar.finalize();
  const file = join(folder, 'archive.tar.gz');
  await writeFile(file, gzipSync(await buffer(tar)));
  return file;
}

describe('a model archive', () => {
  const { onnx, manifest } = tinyModel();
  const text = JSON.stringify(manifest);

  it('whose model lies elsewhere has none', async () => {
    const elsewhere = await archive({ '../model.onnx': onnx, '/manifest.json': text, 'code/../model.onnx': onnx });
    await expect(readModelArchive(elsewhere)).rejects.toThrow('model.onnx and manifest.json are needed');
  });

  it('of which a single bit was changed is refused', async () => {
    const file = await archive({ 'manifest.json': text });
    const sha256 = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    await expect(checkArchive(file, sha256)).resolves.toBeUndefined();
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await writeFile(file, bytes);
    await expect(checkArchive(file, sha256)).rejects.toThrow(/archive.tar.gz has the digest .*, but prepare-dataset/);
  });

  it('whose model is a link has none', async () => {
    const linked = await archive({ 'manifest.json': text }, ['model.onnx']);
    await expect(readModelArchive(linked)).rejects.toThrow(
      'has manifest.json; model.onnx and manifest.json are needed',
    );
  });
});

describe('a test set', () => {
  const data = JSON.stringify({ names: ['dent'], snapshot: { uri: 's3://b/snapshot.json', sha256: '0' } });

  it.each(['../images/a.png', '/images/a.png', 'images/../a.png', 'images/../../etc/passwd', 'images/..', 'images/'])(
    'has no image where a name leads elsewhere: %s',
    async (name) => {
      await expect(readChannel(await archive({ 'data.json': data, [name]: 'x' }))).rejects.toThrow('has 0 images');
    },
  );

  it('takes no link for an image, its labels or its description', async () => {
    await expect(readChannel(await archive({ 'data.json': data }, ['images/a.png']))).rejects.toThrow('has 0 images');
    const noLabels = archive({ 'data.json': data, 'images/a.png': 'x' }, ['labels/a.txt']);
    await expect(readChannel(await noLabels)).rejects.toThrow('has no labels/a.txt');
    const noData = archive({ 'images/a.png': 'x', 'labels/a.txt': '' }, ['data.json']);
    await expect(readChannel(await noData)).rejects.toThrow('no data.json');
  });
});
