import { DEFECT_CLASSES, generateTags, type TagSettings } from '@assay/synthetic-tags';
import { readAnnotatedImage } from '../dataset/annotated-image.ts';
import { readCoco, refuseCrowds, type TruthBox } from '../dataset/coco.ts';

/** A photograph with its truth, which the simulated labelers know. */
export interface DemoImage {
  /** Unique within the data set: by it the device's verdicts are told apart. */
  fileName: string;
  part: string;
  width: number;
  height: number;
  bytes: Uint8Array;
  boxes: readonly TruthBox[];
}

export interface DemoDataset {
  classes: readonly string[];
  /** What is uploaded and labelled. */
  labelled: DemoImage[];
  /** Pictures of parts that are never uploaded: what the device inspects. Empty when the data set has none to spare. */
  heldOut: DemoImage[];
}

const SETTINGS = { seed: 20, tags: 38, shotsPerTag: 4, defectFreeShare: 0.2 };
/** Parts that are never uploaded. */
const HELD_OUT = { defective: 4, good: 2 };

/** Brushed-metal tags with scratches and dents, drawn from a seed; the last of either kind are held out. */
export async function generatedDataset(): Promise<DemoDataset> {
  const images = await drawnImages(SETTINGS);
  const defective = new Set(images.filter(({ boxes }) => boxes.length > 0).map(({ part }) => part));
  const good = new Set(images.map(({ part }) => part)).difference(defective);
  const heldOutParts = new Set([...[...defective].slice(-HELD_OUT.defective), ...[...good].slice(-HELD_OUT.good)]);
  return {
    classes: DEFECT_CLASSES,
    labelled: images.filter(({ part }) => !heldOutParts.has(part)),
    heldOut: images.filter(({ part }) => heldOutParts.has(part)),
  };
}

/** Photographs of tags with their truth, in order. */
export async function drawnImages(settings: TagSettings): Promise<DemoImage[]> {
  const images: DemoImage[] = [];
  for await (const { fileName, part, width, height, jpeg, boxes } of generateTags(settings))
    images.push({ fileName, part, width, height, bytes: jpeg, boxes });
  return images;
}

/** A person's own photographs with COCO annotations. All are uploaded; the device inspects the test split's. */
export async function cocoDataset(folder: string, annotations: string): Promise<DemoDataset> {
  const coco = await readCoco(annotations);
  refuseCrowds(coco.images, annotations);
  const labelled = await Promise.all(
    coco.images.map(async ({ fileName, part, width, height, boxes }) => {
      const bytes = await readAnnotatedImage(folder, annotations, fileName);
      return {
        fileName: fileName.replaceAll('/', '-'),
        part: part ?? fileName.replace(/\.[^.]*$/, ''),
        width,
        height,
        bytes,
        boxes,
      };
    }),
  );
  return { classes: coco.classes, labelled, heldOut: [] };
}
