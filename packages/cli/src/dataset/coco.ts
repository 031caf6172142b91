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

/** COCO's object detection format, with the optional `group` of an image. Source: cocodataset.org, "Data format". */
const cocoSchema = z.object({
  categories: z.array(z.object({ id: z.int(), name: z.string().min(1) })).min(1),
  images: z.array(
    z.object({
      id: z.union([z.int(), z.string()]),
      file_name: z.string().min(1),
      width: z.int().positive(),
      height: z.int().positive(),
      group: z.string().min(1).optional(),
    }),
  ),
  annotations: z.array(
    z.object({
      image_id: z.union([z.int(), z.string()]),
      category_id: z.int(),
      bbox: z.tuple([z.number(), z.number(), z.number().positive(), z.number().positive()]),
    }),
  ),
});

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
  const classNames = new Map(categories.map(({ id, name }) => [id, name]));
  const boxes = new Map(images.map(({ id }): [number | string, TruthBox[]] => [id, []]));
  for (const { image_id, category_id, bbox } of annotations) {
    const className = classNames.get(category_id);
    const list = boxes.get(image_id);
    if (!className || !list)
      throw new CliError(
        `${path} has an annotation of the image ${image_id}, category ${category_id}, and one of them is not in the file.`,
        remedy,
      );
    const [left, top, width, height] = bbox;
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
