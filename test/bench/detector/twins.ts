import { readFile } from 'node:fs/promises';
import { eachAtOnce } from '@assay/at-once';
import { comparedImage } from '@assay/dataset';
import { nearDuplicates } from '@assay/vision';
import type { CocoImage } from '../../../packages/cli/src/dataset/coco.ts';
import type { SharedSet } from './shared-set.ts';

/** The images that share no pixels with any of the others, as far as Assay's own search for leaks finds. */
export async function withoutTwins(
  { pathOf }: SharedSet,
  images: readonly CocoImage[],
  others: readonly CocoImage[],
): Promise<CocoImage[]> {
  const all = [...images, ...others];
  const compared = await eachAtOnce(all, 2, async ({ fileName }) =>
    comparedImage(fileName, await readFile(pathOf(fileName))),
  );
  const sides = all.map((_, index) => ({ group: index < images.length ? 'images' : 'others', place: '' }));
  const twins = new Set(nearDuplicates(compared, sides).map(({ first }) => first));
  return images.filter((_, index) => !twins.has(index));
}
