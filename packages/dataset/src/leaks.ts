import { type ComparedImage, nearDuplicates } from '@assay/vision';
import { type Split, splits } from './splits.ts';

/** An image of a data set that has been split. */
export interface SplitImage {
  readonly imageId: string;
  /** `excluded` are those that nobody learns from, nor is measured on. */
  readonly split: Split | 'excluded';
  /** What it was put together with: `<station>/<part>` of the earliest part, or any name. */
  readonly group: string;
  /** Where it was taken: a group may have photographs of several stations. */
  readonly station: string;
  readonly compared: ComparedImage;
}

/** One that somebody learns from or measures on. */
type UsedImage = SplitImage & { readonly split: Split };

/** Two images in different splits that show the same: what is measured on the one was learnt from the other. */
export interface Leak {
  /** The one that is learnt from first; likewise its split. */
  readonly images: readonly [string, string];
  readonly splits: readonly [Split, Split];
  /** They share pixels, or are said to be of one group. */
  readonly because: 'pixels' | 'group';
  /** From 0 to 1, where it was the pixels that told. */
  readonly likeness?: number;
}

/**
 * Looks for what leaks between the splits, whoever has made them: it goes by the images alone, and by what each is said to
 * belong to. Of a group that straddles two splits it names one pair; of a picture that is there dozens of times not every
 * pair, but one at least.
 *
 * @returns the most alike first
 */
export function leaksAcross(images: readonly SplitImage[]): Leak[] {
  // What is found depends on the order, too: so whoever looks finds the same. What is there dozens of times is compared with
  // the next of its kind, which must not be one that leaks nowhere.
  const ordered = images.filter(isUsed).sort((a, b) => compare(a.imageId, b.imageId));
  const found = nearDuplicates(
    ordered.map(({ compared }) => compared),
    ordered.map(({ split, station }) => ({ group: split, place: station })),
  );
  const byPixels = found.map(({ first, second, likeness }) =>
    leakOf(ordered[first]!, ordered[second]!, { because: 'pixels', likeness }),
  );
  const pairs = new Set(byPixels.map((leak) => leak.images.join()));
  const byGroup = [...Map.groupBy(ordered, ({ group }) => group).values()].flatMap(straddling);
  return [
    ...byPixels.sort((a, b) => b.likeness! - a.likeness!),
    ...byGroup.filter(({ images }) => !pairs.has(images.join())),
  ];
}

/** One pair for every two splits that images of a group are in. */
function straddling(group: readonly UsedImage[]): Leak[] {
  const firsts = splits.flatMap((split) => group.find((image) => image.split === split) ?? []);
  return firsts.flatMap((a, index) => firsts.slice(index + 1).map((b) => leakOf(a, b, { because: 'group' })));
}

function leakOf(a: UsedImage, b: UsedImage, why: Pick<Leak, 'because' | 'likeness'>): Leak {
  const [first, second] = rank(a) <= rank(b) ? [a, b] : [b, a];
  return { images: [first.imageId, second.imageId], splits: [first.split, second.split], ...why };
}

/** The station of the part that a group is called by. */
export const stationOf = (group: string): string => group.slice(0, Math.max(0, group.indexOf('/')));

const isUsed = (image: SplitImage): image is UsedImage => image.split !== 'excluded';

const rank = ({ split }: UsedImage): number => splits.indexOf(split);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
