import { readArchive } from '@assay/dataset';
import type { LabelledBox } from '@assay/vision';
import { z } from 'zod';

const LABEL_VALUES = 5;
/** Images and labels lie in these folders, by id. */
const ENTRY = /^(images|labels)\/([\w-]+)\.\w+$/;

/** One image of the test split. */
export interface TestImage {
  readonly imageId: string;
  readonly bytes: Uint8Array;
  /** Its label file: `class cx cy w h`, as shares of the upright image's sides. */
  readonly labels: string;
}

const dataSchema = z.object({
  names: z.array(z.string()).min(1),
  snapshot: z.object({ uri: z.string(), sha256: z.string() }),
});

/** What `data.json` of a channel says. */
export type ChannelData = z.infer<typeof dataSchema>;

export interface TestSet {
  readonly data: ChannelData;
  /** Ordered by image id. */
  readonly images: readonly TestImage[];
}

/**
 * Reads a channel's archive.
 *
 * @throws Error when it has no `data.json`, no images, or an image without labels
 */
export async function readTestSet(file: string): Promise<TestSet> {
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
  const list = [...images].map(([imageId, bytes]) => {
    const text = labels.get(imageId);
    if (text === undefined) throw new Error(`${file} has no labels/${imageId}.txt. Run PrepareDataset again.`);
    return { imageId, bytes, labels: text };
  });
  return { data, images: list.sort((a, b) => (a.imageId < b.imageId ? -1 : 1)) };
}

/** The boxes of a label file in pixels of an image of this size. @throws Error naming a line that isn't a label */
export function readYoloLabels(text: string, width: number, height: number): LabelledBox[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const values = line.trim().split(/\s+/).map(Number);
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
