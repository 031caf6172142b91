import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { type Dataset, DatasetReader } from '../dataset/dataset.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Writes `<channel>.tar.gz` where a training job looks for it. */
export async function writeChannel(base: string, channel: string, files: Files): Promise<void> {
  const folder = join(base, 'input', 'data', channel);
  await mkdir(folder, { recursive: true });
  const tar = pack();
  for (const [name, content] of Object.entries(files)) {
    tar.entry({ name }, typeof content === 'string' ? content : Buffer.from(content));
  }
  tar.finalize();
  await pipeline(tar, createGzip(), createWriteStream(join(folder, `${channel}.tar.gz`)));
}

export async function writeHyperparameters(base: string, values: Readonly<Record<string, string>>): Promise<void> {
  const folder = join(base, 'input', 'config');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'hyperparameters.json'), JSON.stringify(values));
}

/** A dataset as the files of a channel. */
export async function channelFiles(dataset: Dataset): Promise<Files> {
  const { names, imageSize: size, count } = dataset;
  const reader = new DatasetReader(dataset);
  const files: Record<string, string | Uint8Array> = {
    'data.json': JSON.stringify({ names, snapshot: { uri: 's3://snapshots/1.json', sha256: 'a'.repeat(64) } }),
  };
  for (let i = 0; i < count; i++) {
    const planes = reader.pixels(i);
    const plane = size * size;
    const rgb = Buffer.from(
      Uint8Array.from({ length: 3 * plane }, (_, j) => planes[(j % 3) * plane + Math.floor(j / 3)] ?? 0),
    );
    const lines = reader.truths(i).map(({ x1, y1, x2, y2, classId }) => {
      const shares = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1].map((value) => value / size);
      return [classId, ...shares].join(' ');
    });
    files[`images/image-${i}.png`] = await sharp(rgb, { raw: { width: size, height: size, channels: 3 } })
      .png()
      .toBuffer();
    files[`labels/image-${i}.txt`] = lines.join('\n');
  }
  return files;
}
