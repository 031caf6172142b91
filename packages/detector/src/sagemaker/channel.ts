import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, extname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { z } from 'zod';
import { createDataset, type Dataset, type Sample } from '../dataset/dataset.ts';
import { imageSample } from '../dataset/image-sample.ts';
import { parseYoloLabels } from './yolo-labels.ts';

const descriptionSchema = z.object({
  names: z.array(z.string().min(1)).min(1),
  snapshot: z.object({ uri: z.string(), sha256: z.string() }),
});

/** A channel's images, and what `data.json` says of them. */
export interface Channel {
  readonly dataset: Dataset;
  /** Ids of the dataset's images, in its order. */
  readonly imageIds: readonly string[];
  /** Of the archive, in hex. */
  readonly sha256: string;
  readonly snapshot: { readonly uri: string; readonly sha256: string };
}

/**
 * Reads a channel's archive: `data.json`, `images/<id>.<ext>` and, for each image, `labels/<id>.txt` (empty when it
 * shows no object), in any order.
 *
 * @param sha256 of the archive, in hex, where it is known
 * @throws Error naming the archive and the file in it that is missing or wrong
 */
export async function readChannel(path: string, imageSize: number, sha256?: string): Promise<Channel> {
  try {
    const found = await digestOf(path);
    if (sha256 !== undefined && found !== sha256) {
      throw new Error(`its digest is ${found}, not ${sha256}: it was changed since it was prepared`);
    }
    const files = await unpack(path);
    const description = descriptionSchema.parse(JSON.parse(textOf(files, 'data.json')));
    const samples = await samplesOf(files, description.names.length, imageSize);
    return {
      dataset: createDataset(description.names, imageSize, samples),
      imageIds: samples.map(({ name }) => imageId(name)),
      sha256: found,
      snapshot: description.snapshot,
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the channel's archive ${path} can't be used: ${reason}`, { cause });
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function imageId(file: string): string {
  return basename(file, extname(file));
}

/** In the order of the names: training must not depend on the archive's order. */
async function samplesOf(files: ReadonlyMap<string, Buffer>, classes: number, imageSize: number): Promise<Sample[]> {
  const images = [...files.keys()].filter((name) => name.startsWith('images/')).toSorted();
  const samples: Sample[] = [];
  for (const image of images) {
    const labels = `labels/${imageId(image)}.txt`;
    const boxes = parseYoloLabels(textOf(files, labels), labels, classes);
    samples.push(await imageSample(image, files.get(image) ?? Buffer.of(), boxes, imageSize));
  }
  return samples;
}

function textOf(files: ReadonlyMap<string, Buffer>, name: string): string {
  const bytes = files.get(name);
  if (!bytes) throw new Error(`it has no ${name}`);
  return bytes.toString('utf8');
}

async function unpack(path: string): Promise<Map<string, Buffer>> {
  const archive = extract();
  const unpacked = pipeline(createReadStream(path), createGunzip(), archive);
  // Awaited below: the iteration ends with the same error.
  unpacked.catch(() => undefined);
  const files = new Map<string, Buffer>();
  for await (const entry of archive) {
    const bytes = await buffer(entry);
    if (entry.header.type === 'file') files.set(entry.header.name.replace(/^\.\//, ''), bytes);
  }
  await unpacked;
  return files;
}
