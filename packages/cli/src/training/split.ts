import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import type { CocoImage } from '../dataset/coco.ts';

export interface Split {
  train: CocoImage[];
  validation: CocoImage[];
}

const VALIDATION_SHARE = 0.15;

const splitsSchema = z
  .object({
    train: z.array(z.string()).min(1),
    validation: z.array(z.string()).min(1).optional(),
    val: z.array(z.string()).min(1).optional(),
  })
  .transform(({ train, validation, val }) => ({ train, validation: validation ?? val }));

/**
 * Sets about 15 % of the images aside for validation, whole groups only: pictures of one part on both sides would make
 * the figures lie. A group of more than half of the images is trained on. The same seed sets the same groups aside, whatever
 * the order of the images.
 *
 * @throws CliError when there are not two groups
 */
export function splitByGroup(images: readonly CocoImage[], seed: number): Split {
  const groups = Map.groupBy(images, ({ part, fileName }) => part ?? fileName);
  const place = (group: string) => createHash('sha256').update(`${seed}\n${group}`).digest('hex');
  const shuffled = [...groups.entries()]
    .map(([group, members]) => ({ members, place: place(group) }))
    .toSorted((a, b) => (a.place < b.place ? -1 : 1));
  if (shuffled.length < 2)
    throw new CliError(
      `All ${images.length} images are of one group: none can be set aside for validation.`,
      'Give images of other parts with --validation, or a --splits file.',
    );
  const split: Split = { train: [], validation: [] };
  const enough = Math.max(1, VALIDATION_SHARE * images.length);
  for (const [position, { members }] of shuffled.entries()) {
    const isLast = position === shuffled.length - 1;
    const isTooLarge = members.length > images.length / 2 || (isLast && split.train.length === 0);
    split[split.validation.length < enough && !isTooLarge ? 'validation' : 'train'].push(...members);
  }
  return split;
}

/**
 * Splits by lists of file names: `{ "train": […], "validation": […] }` (or `val`). Images that are in neither are left
 * out, e.g. those of a test split.
 *
 * @throws CliError naming the file and what in it is wrong
 */
export function splitByList(images: readonly CocoImage[], text: string, path: string): Split {
  const { train, validation } = parseSplits(text, path);
  const byName = new Map(images.map((image) => [image.fileName, image]));
  const pick = (names: readonly string[]) =>
    names.map((name) => {
      const image = byName.get(name);
      if (image) return image;
      throw new CliError(`${path} names ${JSON.stringify(name)}, which the annotations don't.`, 'Correct the list.');
    });
  for (const list of [train, validation]) refuseRepeated(list, path);
  const training = new Set(train);
  const twice = validation.find((name) => training.has(name));
  if (twice !== undefined)
    throw new CliError(
      `${path} has ${JSON.stringify(twice)} in both splits.`,
      'An image is either for training or for validation.',
    );
  const split = { train: pick(train), validation: pick(validation) };
  refuseSharedGroups(split, path);
  return split;
}

/** An image that is measured twice would count twice. */
function refuseRepeated(names: readonly string[], path: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name))
      throw new CliError(`${path} has ${JSON.stringify(name)} in one split twice.`, 'Name each image once.');
    seen.add(name);
  }
}

/** Pictures of one part on both sides would make the figures lie, whoever chose the sides. */
export function refuseSharedGroups({ train, validation }: Split, path: string): void {
  const trained = new Map(train.flatMap(({ part, fileName }) => (part === undefined ? [] : [[part, fileName]])));
  for (const { part, fileName } of validation) {
    const twin = part === undefined ? undefined : trained.get(part);
    if (twin === undefined) continue;
    throw new CliError(
      `${path} trains on ${JSON.stringify(twin)} and validates on ${JSON.stringify(fileName)}, which the annotations have in one group, ${part}.`,
      'Put a group on one side, or remove "group" from the annotations if they are not of one part.',
    );
  }
}

function parseSplits(text: string, path: string): { train: string[]; validation: string[] } {
  const remedy = 'Write {"train": ["a.jpg", …], "validation": ["b.jpg", …]}, with file names as in the annotations.';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new CliError(`${path} is not JSON.`, remedy, { cause });
  }
  const { data, error } = splitsSchema.safeParse(json);
  if (!data) throw new CliError(`${path} has no splits: ${error.issues[0]?.message}.`, remedy, { cause: error });
  const { train, validation } = data;
  if (!validation) throw new CliError(`${path} has no list "validation" or "val".`, remedy);
  return { train, validation };
}
