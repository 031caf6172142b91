import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '@assay/detector';
import { z } from 'zod';
import { type CocoImage, readCoco } from '../../../packages/cli/src/dataset/coco.ts';
import { repositoryRoot } from '../../../packages/cli/src/platform/repository.ts';
import { loadDataset } from '../../../packages/cli/src/training/load-dataset.ts';

const names = z.array(z.string());
const splitsSchema = z.object({
  train: names,
  val: names,
  test: names,
  by_number: z.object({ train: names, test: names }).optional(),
  folds: z.record(z.string(), names).optional(),
});

/** A data set that is used for measuring only, and not part of the repository. */
export interface SharedSet {
  readonly classes: readonly string[];
  readonly splits: z.output<typeof splitsSchema>;
  /** The images of a list of file names. */
  images(files: readonly string[]): CocoImage[];
  load(images: readonly CocoImage[], imageSize: number): Promise<Dataset>;
  /** Where an image's file is. */
  pathOf(fileName: string): string;
}

/** A data set of `../shared/data` beside the repository; undefined, and said, when it is not there. */
export async function openSharedSet(name: string, say: (line: string) => void): Promise<SharedSet | undefined> {
  const folder = join(repositoryRoot, '..', 'shared', 'data', name);
  const there = await access(folder).then(
    () => true,
    () => false,
  );
  if (!there) {
    say(`not measured: there is no ../shared/data/${name}`);
    return undefined;
  }
  const file = join(folder, 'annotations.json');
  const coco = await readCoco(file);
  const splits = splitsSchema.parse(JSON.parse(await readFile(join(folder, 'splits.json'), 'utf8')));
  const byName = new Map(coco.images.map((image) => [image.fileName, image]));
  return {
    classes: coco.classes,
    splits,
    images: (files) =>
      files.map((fileName) => {
        const image = byName.get(fileName);
        if (!image) throw new Error(`${name}/splits.json names ${fileName}, which annotations.json does not`);
        return image;
      }),
    load: (images, imageSize) =>
      loadDataset({ images, folder: join(folder, 'images'), file }, { names: coco.classes, imageSize }),
    pathOf: (fileName) => join(folder, 'images', fileName),
  };
}

/** @throws Error when images of one group are on both sides: what was measured would be a memory test */
export function refuseSharedGroups(one: readonly CocoImage[], other: readonly CocoImage[]): void {
  const groups = new Set(one.map(({ part, fileName }) => part ?? fileName));
  const shared = other.find(({ part, fileName }) => groups.has(part ?? fileName));
  if (shared) throw new Error(`${shared.fileName} is of a group that is on both sides`);
}
