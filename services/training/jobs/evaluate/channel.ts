import { readArchive, stationOf } from '@assay/dataset';
import type { LabelledBox } from '@assay/vision';
import { z } from 'zod';

const LABEL_VALUES = 5;
/** Images and labels lie in these folders, by id. */
const ENTRY = /^(images|labels)\/([\w-]+)\.\w+$/;

/** One image of a split. */
export interface ChannelImage {
  readonly imageId: string;
  readonly bytes: Uint8Array;
  /** Its label file: `class cx cy w h`, as shares of the upright image's sides. */
  readonly labels: string;
  /** Images that share a part, a burst or pixels are of one group: statistically they are one. */
  readonly group: string;
}

/** The same without its labels, and with where it was taken. */
interface ListedImage extends Omit<ChannelImage, 'labels'> {
  readonly station: string;
}

const dataSchema = z.object({
  names: z.array(z.string()).min(1),
  snapshot: z.object({ uri: z.string(), sha256: z.string() }),
  /** The group of each image, by its id; an image that isn't named is a group of its own. */
  groups: z.record(z.string(), z.string()).optional(),
  /** The station of each image that was taken at another one than its group is called by. */
  stations: z.record(z.string(), z.string()).optional(),
});

/** What `data.json` of a channel says. */
export type ChannelData = z.infer<typeof dataSchema>;

export interface Channel {
  readonly data: ChannelData;
  /** Ordered by image id. */
  readonly images: readonly ChannelImage[];
}

/**
 * Reads a split's archive whole.
 *
 * @throws Error when it has no `data.json`, no images, or an image without labels
 */
export async function readChannel(file: string): Promise<Channel> {
  let data: ChannelData | undefined;
  const images = new Map<string, Uint8Array>();
  const labels = new Map<string, string>();
  for await (const { name, bytes } of readArchive(file)) {
    const [, folder, id = ''] = ENTRY.exec(name) ?? [];
    if (name === 'data.json') data = dataSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
    else if (folder === 'images') images.set(id, bytes);
    else if (folder === 'labels') labels.set(id, Buffer.from(bytes).toString());
  }
  if (data === undefined || images.size === 0) {
    throw new Error(`${file} has ${images.size} images and ${data ? 'a' : 'no'} data.json. Run PrepareDataset again.`);
  }
  const groups = data.groups ?? {};
  const list = [...images].map(([imageId, bytes]) => {
    const text = labels.get(imageId);
    if (text === undefined) throw new Error(`${file} has no labels/${imageId}.txt. Run PrepareDataset again.`);
    return { imageId, bytes, labels: text, group: groups[imageId] ?? imageId };
  });
  return { data, images: list.sort((a, b) => (a.imageId < b.imageId ? -1 : 1)) };
}

/**
 * Reads a split's images one after another, in the archive's order, for splits that are too large to be held.
 *
 * @throws Error when the archive isn't one, or has no `data.json` before its images
 */
export async function* readChannelImages(file: string): AsyncGenerator<ListedImage> {
  let data: ChannelData | undefined;
  for await (const { name, bytes } of readArchive(file)) {
    const [, folder, imageId = ''] = ENTRY.exec(name) ?? [];
    if (name === 'data.json') data = dataSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
    if (folder !== 'images') continue;
    if (data === undefined) throw new Error(`${file} has images before its data.json. Run PrepareDataset again.`);
    const group = data.groups?.[imageId] ?? imageId;
    yield { imageId, bytes, group, station: data.stations?.[imageId] ?? stationOf(group) };
  }
}

/**
 * The boxes of a label file in pixels of an image of this size. A line that is there twice is one box: no detector finds
 * the same twice.
 *
 * @throws Error naming a line that isn't a label
 */
export function readYoloLabels(text: string, width: number, height: number): LabelledBox[] {
  const lines = new Set(text.split('\n').map((line) => line.trim()));
  return [...lines]
    .filter((line) => line !== '')
    .map((line) => {
      const values = line.split(/\s+/).map(Number);
      const [classId = Number.NaN, x = 0, y = 0, boxWidth = 0, boxHeight = 0] = values;
      if (values.length !== LABEL_VALUES || !values.every(Number.isFinite)) {
        throw new Error(`"${line}" isn't a label: class, centre x, centre y, width and height are needed`);
      }
      return {
        classId,
        left: (x - boxWidth / 2) * width,
        top: (y - boxHeight / 2) * height,
        width: boxWidth * width,
        height: boxHeight * height,
      };
    });
}
