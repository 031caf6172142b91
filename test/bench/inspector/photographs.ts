import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DemoImage, drawnImages } from '../../../packages/cli/src/demo/demo-dataset.ts';

/** A photograph as it comes from a camera, and where it lies for a process that reads files. */
export interface Photograph extends DemoImage {
  readonly path: string;
}

/** Photographs of metal tags, in pixels of so many; as many with defects as there are tags. */
export async function photographs(
  folder: string,
  settings: { seed: number; tags: number; width: number; height: number },
) {
  await mkdir(folder, { recursive: true });
  const drawn = await drawnImages({ ...settings, shotsPerTag: 1, defectFreeShare: 0 });
  return Promise.all(
    drawn.map(async (image): Promise<Photograph> => {
      const path = join(folder, image.fileName);
      await writeFile(path, image.bytes);
      return { ...image, path };
    }),
  );
}
