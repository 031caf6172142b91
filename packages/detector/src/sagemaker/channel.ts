import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, extname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { z } from 'zod';
import { createDataset, type Dataset, type Sample } from '../dataset/dataset.ts';
import { type DecodedImage, decodeImage, labelledSample } from '../dataset/image-sample.ts';
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
    const { images, texts } = await unpack(path, imageSize);
    const description = descriptionSchema.parse(JSON.parse(textOf(texts, 'data.json')));
    const samples = samplesOf(images, texts, description.names.length);
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
function samplesOf(images: readonly DecodedImage[], texts: ReadonlyMap<string, string>, classes: number): Sample[] {
  return images
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((image) => {
      const labels = `labels/${imageId(image.name)}.txt`;
      return labelledSample(image, parseYoloLabels(textOf(texts, labels), labels, classes));
    });
}

function textOf(texts: ReadonlyMap<string, string>, name: string): string {
  const text = texts.get(name);
  if (text === undefined) throw new Error(`it has no ${name}`);
  return text;
}

/** Photographs are decoded as they come: of thousands there is memory for their squares, not for their files. */
async function unpack(path: string, imageSize: number) {
  const archive = extract();
  const unpacked = pipeline(createReadStream(path), createGunzip(), archive);
  // Awaited below: the iteration ends with the same error.
  unpacked.catch(() => undefined);
  const images: DecodedImage[] = [];
  const texts = new Map<string, string>();
  for await (const entry of archive) {
    const bytes = await buffer(entry);
    if (entry.header.type !== 'file') continue;
    const name = entry.header.name.replace(/^\.\//, '');
    if (name.startsWith('images/')) images.push(await decodeImage(name, bytes, imageSize));
    else texts.set(name, bytes.toString('utf8'));
  }
  await unpacked;
  return { images, texts };
}
