import { createHash } from 'node:crypto';
import { comparedImage, type Leak, leaksAcross, type Split, type SplitImage, splits } from '@assay/dataset';
import { readChannelImages } from './channel.ts';

interface LookedAtImage extends SplitImage {
  readonly split: Split;
  readonly sha256: string;
}

export interface Leaks {
  /** How many images were looked at, by split. */
  readonly images: Readonly<Record<Split, number>>;
  /** The most alike first. */
  readonly found: readonly Leak[];
}

/**
 * Looks for images of different splits that share pixels or a group. Whoever split the data set isn't taken at their
 * word: this looks at the archives themselves.
 */
export async function findLeaks(archives: Readonly<Record<Split, string>>): Promise<Leaks> {
  const images: LookedAtImage[] = [];
  for (const split of splits)
    for await (const { bytes, ...image } of readChannelImages(archives[split])) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      images.push({ ...image, split, sha256, compared: await comparedImage(image.imageId, bytes) });
    }
  const countOf = (split: Split) => images.filter((image) => image.split === split).length;
  return {
    images: { train: countOf('train'), validation: countOf('validation'), test: countOf('test') },
    found: withoutRepeats([...sameImages(images), ...leaksAcross(images)]),
  };
}

/** The images of the pairs that were found, by id: for the report. */
export async function leakingImages(
  archives: Readonly<Record<Split, string>>,
  { found }: Leaks,
): Promise<Map<string, Uint8Array>> {
  const wanted = new Set(found.flatMap(({ images }) => images));
  const pictures = new Map<string, Uint8Array>();
  if (wanted.size === 0) return pictures;
  for (const split of splits)
    for await (const { imageId, bytes } of readChannelImages(archives[split]))
      if (wanted.has(imageId)) pictures.set(imageId, bytes);
  return pictures;
}

/**
 * Images of the same bytes or name, in two splits, or in one as if they were of different parts: then more parts would be
 * counted than there are.
 */
function sameImages(images: readonly LookedAtImage[]): Leak[] {
  const alike = [
    ...Map.groupBy(images, ({ sha256 }) => sha256).values(),
    ...Map.groupBy(images, ({ imageId }) => imageId).values(),
  ];
  const pairs = alike.flatMap(([first, ...others]) => {
    // Found in the splits' order: what is learnt from comes first.
    const second = others.find(({ split, group }) => split !== first?.split || group !== first.group);
    return first === undefined || second === undefined ? [] : [{ first, second }];
  });
  return pairs.map(({ first, second }) => ({
    images: [first.imageId, second.imageId],
    splits: [first.split, second.split],
    because: 'pixels',
    likeness: 1,
  }));
}

/** A pair once, for the first of its reasons. */
function withoutRepeats(leaks: readonly Leak[]): Leak[] {
  const nameOf = ({ images, splits }: Leak) => [...images, ...splits].join();
  return [...Map.groupBy(leaks, nameOf).values()].flatMap(([first]) => first ?? []);
}
