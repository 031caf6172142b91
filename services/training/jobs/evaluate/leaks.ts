import { comparedImage, type Leak, leaksAcross, type Split, type SplitImage, splits } from '@assay/dataset';
import { readChannelImages } from './channel.ts';

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
  const images: SplitImage[] = [];
  for (const split of splits)
    for await (const { imageId, group, bytes } of readChannelImages(archives[split]))
      images.push({ imageId, group, split, compared: await comparedImage(imageId, bytes) });
  const countOf = (split: Split) => images.filter((image) => image.split === split).length;
  return {
    images: { train: countOf('train'), validation: countOf('validation'), test: countOf('test') },
    found: [...sameImages(images), ...leaksAcross(images)],
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

/** Images that are in two splits; an id is the digest of the image's bytes. */
function sameImages(images: readonly SplitImage[]): Leak[] {
  const splitsOf = Map.groupBy(images, ({ imageId }) => imageId);
  return [...splitsOf].flatMap(([imageId, places]) => {
    const [first, second] = splits.filter((split) => places.some((place) => place.split === split));
    if (first === undefined || second === undefined) return [];
    return [{ images: [imageId, imageId], splits: [first, second], because: 'pixels', likeness: 1 }] satisfies Leak[];
  });
}
