import { readFile } from 'node:fs/promises';
import { eachAtOnce } from '@assay/at-once';
import { comparedImage } from '@assay/dataset';
import { type ComparedImage, nearDuplicates } from '@assay/vision';
import type { CocoImage } from '../../../packages/cli/src/dataset/coco.ts';
import { refuseSharedGroups, type SharedSet } from './shared-set.ts';

type Compared = ReadonlyMap<string, ComparedImage>;

/** The images that share no pixels with any of the others, as far as Assay's own search for leaks finds. */
export async function withoutTwins(
  set: SharedSet,
  images: readonly CocoImage[],
  others: readonly CocoImage[],
): Promise<CocoImage[]> {
  return apartFrom(await compared(set, [...images, ...others]), images, others);
}

/** Images as the search looks at them, by their file names. */
async function compared({ pathOf }: SharedSet, images: readonly CocoImage[]): Promise<Compared> {
  const entries = await eachAtOnce(images, 2, async ({ fileName }) => {
    const image = await comparedImage(fileName, await readFile(pathOf(fileName)));
    return [fileName, image] as const;
  });
  return new Map(entries);
}

function apartFrom(compared: Compared, images: readonly CocoImage[], others: readonly CocoImage[]): CocoImage[] {
  const all = [...images, ...others].map(({ fileName }) => compared.get(fileName)!);
  const sides = all.map((_, index) => ({ group: index < images.length ? 'images' : 'others', place: '' }));
  const twins = new Set(nearDuplicates(all, sides).map(({ first }) => first));
  return images.filter((_, index) => !twins.has(index));
}

export interface Sides {
  readonly train: readonly CocoImage[];
  readonly val: readonly CocoImage[];
  readonly test: readonly CocoImage[];
}

/**
 * The sides of a published split, less the training and validation images that share pixels with what is measured on, and
 * a note of how many those are.
 *
 * @throws Error when a group is on two sides
 */
export async function sidesApart(set: SharedSet, { train, val, test }: Sides): Promise<Sides & { note: string }> {
  refuseSharedGroups([...train, ...val], test);
  refuseSharedGroups(train, val);
  const all = await compared(set, [...train, ...val, ...test]);
  const validation = apartFrom(all, val, test);
  const training = apartFrom(all, train, [...validation, ...test]);
  const left = [train.length - training.length, val.length - validation.length];
  const note = `${left[0]} training and ${left[1]} validation images are left out: they share pixels with images that are measured on.`;
  return { train: training, val: validation, test, note };
}
