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
  images: z.array(
    z.object({
      id: idSchema,
      file_name: z.string().min(1).max(LONGEST_FILE_NAME),
      width: z.int().positive(),
      height: z.int().positive(),
      group: z.string().min(1).max(LONGEST_NAME).optional(),
    }),
  ),
  annotations: z.array(
    z.object({
      image_id: idSchema,
      category_id: z.int(),
      bbox: z.tuple([z.number(), z.number(), z.number().positive(), z.number().positive()]),
    }),
  ),
});

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
  const remedy = 'Export the annotations as COCO object detection JSON (images, annotations, categories).';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new CliError(`${path} is not JSON.`, remedy, { cause });
  }
  const parsed = cocoSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CliError(`${path} is not COCO: ${issue?.path.join('.')}: ${issue?.message}`, remedy, {
      cause: parsed.error,
    });
  }
  const { categories, images, annotations } = parsed.data;
  const refuse = (where: string, why: string, what: string): CliError =>
    new CliError(`${path}: ${where} ${why}.`, what);
  const again = (list: string, member: string, values: readonly unknown[]): CliError | undefined => {
    const index = repeated(values);
    if (index === undefined) return undefined;
    const value = JSON.stringify(values[index]);
    return refuse(
      `${list}[${index}]`,
      `has the ${member} ${value}, which an earlier one has`,
      `Give each its own ${member}.`,
    );
  };
  const twice =
    again(
      'categories',
      'id',
      categories.map(({ id }) => id),
    ) ??
    again(
      'categories',
      'name',
      categories.map(({ name }) => name),
    ) ??
    again(
      'images',
      'id',
      images.map(({ id }) => id),
    ) ??
    again(
      'images',
      'file_name',
      images.map(({ file_name }) => file_name),
    );
  if (twice) throw twice;
  const classNames = new Map(categories.map(({ id, name }) => [id, name]));
  const sizes = new Map(images.map((image) => [image.id, image]));
  const boxes = new Map(images.map(({ id }): [number | string, TruthBox[]] => [id, []]));
  for (const [index, { image_id, category_id, bbox }] of annotations.entries()) {
    const [className, image, list] = [classNames.get(category_id), sizes.get(image_id), boxes.get(image_id)];
    const where = `annotations[${index}]`;
    if (!image || !list) {
      throw refuse(
        where,
        `is of the image ${JSON.stringify(image_id)}, which is not in the file`,
        'Add it to images, or remove the annotation.',
      );
    }
    if (className === undefined) {
      throw refuse(
        where,
        `is of the category ${category_id}, which is not in the file`,
        'Add it to categories, or remove the annotation.',
      );
    }
    const [left, top, width, height] = bbox;
    const beyond = Math.max(-left, -top, left + width - image.width, top + height - image.height);
    if (!(beyond <= TOLERANCE)) {
      throw refuse(
        where,
        `has the box [${bbox.join(', ')}], which is not within its image ${image.file_name} of ${image.width}x${image.height} pixels`,
        'A bbox is [left, top, width, height] in pixels of the upright image: correct it, or remove the annotation.',
      );
    }
    list.push({ left, top, width, height, className });
  }
  return {
    classes: categories.map(({ name }) => name),
    images: images.map(({ id, file_name, width, height, group }) => ({
      fileName: file_name,
      width,
      height,
      ...(group ? { part: group } : {}),
      boxes: boxes.get(id) ?? [],
    })),
  };
}

/** The index of the first value that an earlier one equals. */
function repeated(values: readonly unknown[]): number | undefined {
  const seen = new Set<unknown>();
  for (const [index, value] of values.entries()) {
    if (seen.has(value)) return index;
    seen.add(value);
  }
  return undefined;
}
