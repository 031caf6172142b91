import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entriesOf, readArchive, writeArchive } from './channel-archive.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'archive-'));
});
afterEach(() => rm(folder, { recursive: true }));

const entries = [
  { name: 'data.json', bytes: Buffer.from('{}') },
  { name: 'labels/empty.txt', bytes: Buffer.of() },
  { name: 'images/large.png', bytes: Buffer.alloc(300_000, 'assay') },
];

describe('an archive', () => {
  it('gives back what was put in, in order', async () => {
    const file = join(folder, 'a.tar.gz');
    const { bytes } = await writeArchive(file, entriesOf(entries));
    expect((await readFile(file)).length).toBe(bytes);
    expect(await Readable.from(readArchive(file)).toArray()).toEqual(entries);
  });

  it('has the same bytes each time it is written', async () => {
    const first = await writeArchive(join(folder, 'a.tar.gz'), entriesOf(entries));
    await utimes(join(folder, 'a.tar.gz'), 1, 1);
    const second = await writeArchive(join(folder, 'b.tar.gz'), entriesOf(entries));
    expect(second).toEqual(first);
    // Modification time of the gzip header, and its operating system "unknown".
    const header = (await readFile(join(folder, 'b.tar.gz'))).subarray(0, 10);
    expect([...header.subarray(4, 8), header[9]]).toEqual([0, 0, 0, 0, 255]);
  });

  it('is not written when an entry can not be had', async () => {
    async function* failing() {
      yield entries[0]!;
      throw new Error('no such image');
    }
    await expect(writeArchive(join(folder, 'a.tar.gz'), failing())).rejects.toThrow('no such image');
  });

  it('is refused when it is cut off or something else', async () => {
    const file = join(folder, 'a.tar.gz');
    await writeArchive(file, entriesOf(entries));
    await truncate(file, 1000);
    await expect(Readable.from(readArchive(file)).toArray()).rejects.toThrow("isn't a complete .tar.gz archive");
    await writeFile(file, 'hello');
    await expect(Readable.from(readArchive(file)).toArray()).rejects.toThrow("isn't a complete .tar.gz archive");
  });

  it('gives its regular files alone, and puts nothing anywhere, whatever its names say', async () => {
    const tar = pack();
    tar.entry({ name: 'images', type: 'directory' });
    tar.entry({ name: 'model.onnx', type: 'symlink', linkname: '/etc/passwd' });
    tar.entry({ name: 'manifest.json', type: 'link', linkname: '../../etc/passwd' });
    tar.entry({ name: 'pipe', type: 'fifo' });
    tar.entry({ name: '../outside' }, 'o');
    tar.entry({ name: '/absolute' }, 'a');
    tar.finalize();
    const inner = join(folder, 'inner');
    await mkdir(inner);
    await writeFile(join(inner, 'a.tar.gz'), gzipSync(await buffer(tar)));
    const read = await Readable.from(readArchive(join(inner, 'a.tar.gz'))).toArray();
    expect(read.map(({ name }) => name)).toEqual(['../outside', '/absolute']);
    expect(await readdir(folder, { recursive: true })).toEqual(['inner', 'inner/a.tar.gz']);
  });

  it('is refused when it says that it holds a file larger than memory', async () => {
    const tar = pack();
    tar.entry({ name: 'model.onnx' }, '');
    tar.finalize();
    const header = (await buffer(tar)).subarray(0, 512);
    header.write('77777777777', 124, 'latin1');
    header.fill(' ', 148, 156);
    const checksum = header.reduce((sum, byte) => sum + byte, 0);
    header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const file = join(folder, 'a.tar.gz');
    await writeFile(file, gzipSync(header));
    await expect(Readable.from(readArchive(file)).toArray()).rejects.toThrow('model.onnx has 8589934591 bytes');
  });
});
