import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { filesBelow } from './s3-folder.ts';

/** Packs the files below `folder` as `.tar.gz`; the same files give the same bytes. Returns how many files it holds. */
export async function packFolder(folder: string, target: string): Promise<number> {
  const files = await filesBelow(folder);
  const archive = pack();
  const written = pipeline(archive, createGzip(), createWriteStream(target));
  for (const file of files) {
    const { size, mode } = await stat(join(folder, file));
    const name = file.split(sep).join('/');
    const executable = (mode & 0o100) !== 0;
    const entry = archive.entry({ name, size, mode: executable ? 0o755 : 0o644, mtime: new Date(0), uid: 0, gid: 0 });
    await pipeline(createReadStream(join(folder, file)), entry);
  }
  archive.finalize();
  await written;
  return files.length;
}
