import { createHash } from 'node:crypto';

/** What of an image tells what it belongs to. */
export interface Grouped {
  readonly imageId: string;
  readonly station: string;
  readonly part: string;
  /** When the first label of a photograph of this part was approved, ISO. */
  readonly groupSince: string;
}

/** Images that have to stay together: each shows something that another shows, too. */
export interface Group {
  /** That of its earliest part, as `<station>/<part>`. */
  readonly name: string;
  readonly images: readonly string[];
}

/**
 * Photographs of one part at one station look alike. Its name comes from folders and files, whose accents one computer
 * writes as a character of their own and another one doesn't: it is the same part.
 */
export function partOf({ station, part }: Pick<Grouped, 'station' | 'part'>): string {
  return `${station}/${part}`.normalize();
}

/**
 * Puts together what belongs together: photographs of one part, and parts of which photographs are known to be of the same
 * thing. The groups are in the order in which they first appeared, so that later ones come after earlier ones.
 *
 * @param joined pairs of images of one thing, whatever parts they are said to be of
 */
export function groupsOf(images: readonly Grouped[], joined: readonly (readonly [string, string])[]): Group[] {
  const since = new Map<string, string>();
  for (const image of images) {
    const known = since.get(partOf(image));
    if (known === undefined || image.groupSince < known) since.set(partOf(image), image.groupSince);
  }
  const order = [...since]
    .sort(([a, sinceA], [b, sinceB]) => compare(sinceA, sinceB) || chance(a) - chance(b))
    .map(([part]) => part);
  const rank = new Map(order.map((part, index) => [part, index]));
  const partOfImage = new Map(images.map((image) => [image.imageId, partOf(image)]));

  /** Of each part an earlier one of its group, or itself. */
  const earlier = order.map((_, index) => index);
  const first = (index: number): number => {
    let found = index;
    while (earlier[found] !== found) found = earlier[found]!;
    earlier[index] = found;
    return found;
  };
  for (const pair of joined) {
    const [a, b] = pair.map((imageId) => rank.get(partOfImage.get(imageId) ?? ''));
    if (a === undefined || b === undefined)
      throw new Error(`${pair.join(' and ')} are joined, but not both images of the set`);
    // The earlier part gives the name: one that comes later renames nothing.
    earlier[Math.max(first(a), first(b))] = Math.min(first(a), first(b));
  }
  const members = Map.groupBy(images, (image) => first(rank.get(partOf(image))!));
  return [...members]
    .sort(([a], [b]) => a - b)
    .map(([index, list]) => ({ name: order[index]!, images: list.map(({ imageId }) => imageId).sort() }));
}

/** From 0 to 1, the same for the same text. */
export function chance(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
