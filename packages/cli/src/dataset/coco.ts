import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';

/** A box of known truth, in pixels, origin top left. */
export interface TruthBox {
  left: number;
  top: number;
  width: number;
  height: number;
  className: string;
}

export interface CocoImage {
  fileName: string;
  width: number;
  height: number;
  /** What the picture is of, where the file says so (`group`): pictures of one part stay in one split. */
  part?: string;
  boxes: TruthBox[];
  /** Regions of many objects that nobody marked one by one (`iscrowd`). */
  crowds: TruthBox[];
}

export interface CocoDataset {
  classes: string[];
  images: CocoImage[];
}

/** A label of Ground Truth has at most this many characters; an object key in S3 this many bytes. */
const LONGEST_NAME = 256;
const LONGEST_FILE_NAME = 1024;

const idSchema = z.union([z.int(), z.string()]);

/** COCO's object detection format, with the optional `group` of an image. Source: cocodataset.org, "Data format". */
const cocoSchema = z.object({
  categories: z.array(z.object({ id: z.int(), name: z.string().min(1).max(LONGEST_NAME) })).min(1),
  images: z
    .array(
      z.object({
        id: idSchema,
        file_name: z.string().min(1).max(LONGEST_FILE_NAME),
        width: z.int().positive(),
        height: z.int().positive(),
        group: z.string().min(1).max(LONGEST_NAME).optional(),
      }),
    )
    .min(1, 'it has no image'),
  annotations: z.array(
    z.object({
      image_id: idSchema,
      category_id: z.int(),
      bbox: z.tuple([z.number(), z.number(), z.number().positive(), z.number().positive()]),
      iscrowd: z.literal([0, 1, false, true]).optional(),
    }),
  ),
});

type CocoFile = z.output<typeof cocoSchema>;
type Box = CocoFile['annotations'][number]['bbox'];

/** Annotation tools round; a box that sticks out further than this, in pixels, was drawn on another image. */
const TOLERANCE = 1;

/** @throws CliError naming the file and what in it is wrong. */
export async function readCoco(path: string): Promise<CocoDataset> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError(`The annotations ${path} can't be read.`, 'Name a COCO JSON file.', { cause });
  }
  return parseCoco(text, path);
}

export function parseCoco(text: string, path: string): CocoDataset {
  const { categories, images, annotations } = parseShape(text, path);
  const refuse = (where: string, why: string, remedy: string) => new CliError(`${path}: ${where} ${why}.`, remedy);
  const noneTwice = <Member extends string>(
    list: string,
    member: Member,
    entries: readonly Record<Member, unknown>[],
  ) => {
    const seen = new Set<unknown>();
    for (const [index, { [member]: value }] of entries.entries()) {
      if (seen.has(value))
        throw refuse(
          `${list}[${index}]`,
          `has the ${member} ${JSON.stringify(value)}, which an earlier one has`,
          `Give each its own ${member}.`,
        );
      seen.add(value);
    }
  };
  noneTwice('categories', 'id', categories);
  noneTwice('categories', 'name', categories);
  noneTwice('images', 'id', images);
  noneTwice('images', 'file_name', images);

  const classNames = new Map(categories.map(({ id, name }) => [id, name]));
  const annotated = new Map(
    images.map((image) => [image.id, { image, boxes: [] as TruthBox[], crowds: [] as TruthBox[] }]),
  );
  for (const [index, { image_id, category_id, bbox, iscrowd }] of annotations.entries()) {
    const where = `annotations[${index}]`;
    const of = annotated.get(image_id);
    if (of === undefined)
      throw refuse(
        where,
        `is of the image ${JSON.stringify(image_id)}, which is not in the file`,
        'Add it to images, or remove the annotation.',
      );
    const className = classNames.get(category_id);
    if (className === undefined)
      throw refuse(
        where,
        `is of the category ${category_id}, which is not in the file`,
        'Add it to categories, or remove the annotation.',
      );
    if (!isWithin(bbox, of.image))
      throw refuse(
        where,
        `has the box [${bbox.join(', ')}], which is not within its image ${of.image.file_name} of ${of.image.width}x${of.image.height} pixels`,
        'A bbox is [left, top, width, height] in pixels of the upright image: correct it, or remove the annotation.',
      );
    (iscrowd ? of.crowds : of.boxes).push({ ...cutOff(bbox, of.image), className });
  }
  return {
    classes: categories.map(({ name }) => name),
    images: [...annotated.values()].map(({ image: { file_name, width, height, group }, boxes, crowds }) => ({
      fileName: file_name,
      width,
      height,
      ...(group ? { part: group } : {}),
      boxes,
      crowds,
    })),
  };
}

/**
 * Labels of the chain are of one object each: a region of many would be none of them, and its objects escapes.
 *
 * @throws CliError naming the first image with such a region
 */
export function refuseCrowds(images: readonly CocoImage[], path: string): void {
  const image = images.find(({ crowds }) => crowds.length > 0);
  if (image === undefined) return;
  throw new CliError(
    `${path} marks a region of many objects (iscrowd 1) in ${JSON.stringify(image.fileName)}, which the chain has no label for.`,
    'Mark its objects one by one; or, where a region is one object, give it iscrowd 0.',
  );
}

function parseShape(text: string, path: string): CocoFile {
  const remedy = 'Export the annotations as COCO object detection JSON (images, annotations, categories).';
  let json: unknown;
  try {
    // Tools on Windows begin a file with a byte order mark.
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new CliError(`${path} is not JSON.`, remedy, { cause });
  }
  const { data, error } = cocoSchema.safeParse(json);
  if (data) return data;
  const [issue] = error.issues;
  throw new CliError(`${path} is not COCO: ${issue?.path.join('.')}: ${issue?.message}`, remedy, { cause: error });
}

/** What a tool rounded out of the image nobody can find there. */
function cutOff(
  [left, top, width, height]: Box,
  image: { width: number; height: number },
): Omit<TruthBox, 'className'> {
  const [beforeLeft, aboveTop] = [Math.max(0, -left), Math.max(0, -top)];
  const afterRight = Math.max(0, left + width - image.width);
  const belowBottom = Math.max(0, top + height - image.height);
  return {
    left: left + beforeLeft,
    top: top + aboveTop,
    width: width - beforeLeft - afterRight,
    height: height - aboveTop - belowBottom,
  };
}

function isWithin([left, top, width, height]: Box, image: { width: number; height: number }): boolean {
  // Of a thin one, the tolerance alone could be all.
  if (left >= image.width || top >= image.height || left + width <= 0 || top + height <= 0) return false;
  return Math.max(-left, -top, left + width - image.width, top + height - image.height) <= TOLERANCE;
}
