import sharp from 'sharp';
import { type Defect, outline } from './defect.ts';
import { photograph } from './photograph.ts';
import { type Random, randomStream } from './random.ts';
import { drawShot, project, type Shot } from './shot.ts';
import { layOut } from './surface.ts';
import { drawTag } from './tag.ts';

/** Names of the defects that tags can have; a box's class id is the position here. */
export const DEFECT_CLASSES = ['scratch', 'dent'] as const;

export interface TagSettings {
  /** Everything is drawn from it: the same settings give the same bytes. */
  readonly seed: number;
  /** How many different tags. */
  readonly tags: number;
  /** Photographs of each tag. */
  readonly shotsPerTag: number;
  /** Share of the tags that have no defect, 0 to 1; rounded to whole tags. */
  readonly defectFreeShare: number;
  /** Size of the photographs in pixels, 640 × 480 unless told. */
  readonly width?: number;
  readonly height?: number;
}

/** A box around something, in pixels of the picture. */
export interface DefectBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly className: string;
}

export interface TagShot {
  /** `<part>-<shot>.jpg` */
  readonly fileName: string;
  /** The tag that is seen, `tag-001` and on. */
  readonly part: string;
  /** From 1. */
  readonly shot: number;
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
  /** The defects that are really there. */
  readonly boxes: readonly DefectBox[];
}

/**
 * Photograph-like pictures of brushed-metal tags, tag by tag, each in several shots.
 *
 * @throws RangeError when a setting is not a number that makes sense
 */
export async function* generateTags(settings: TagSettings): AsyncGenerator<TagShot> {
  const { seed, tags, shotsPerTag, defectFreeShare, width = 640, height = 480 } = settings;
  checkCounts({ tags, shotsPerTag, width, height });
  if (!(defectFreeShare >= 0 && defectFreeShare <= 1)) {
    throw new RangeError(`defectFreeShare is ${defectFreeShare}; give a share from 0 to 1`);
  }
  const defectFree = chooseTags(randomStream(seed, 'defect-free'), tags, Math.round(tags * defectFreeShare));
  for (let number = 1; number <= tags; number++) {
    const random = randomStream(seed, 'tag', number);
    const tag = drawTag(random, !defectFree.has(number));
    const surface = layOut(tag, random);
    const part = `tag-${String(number).padStart(3, '0')}`;
    for (let shot = 1; shot <= shotsPerTag; shot++) {
      const shotRandom = randomStream(seed, 'shot', number, shot);
      const view = drawShot(shotRandom, width, height);
      const raw = photograph(tag, surface, view, shotRandom);
      const jpeg = await sharp(raw, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 88 })
        .toBuffer();
      const boxes = tag.defects.map((defect) => boxAround(defect, view));
      yield { fileName: `${part}-${shot}.jpg`, part, shot, jpeg, width, height, boxes };
    }
  }
}

function checkCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} is ${value}; give a whole number from 1`);
  }
}

function chooseTags(random: Random, tags: number, count: number): Set<number> {
  const numbers = Array.from({ length: tags }, (_, i) => ({ number: i + 1, rank: random() }));
  numbers.sort((a, b) => a.rank - b.rank);
  return new Set(numbers.slice(0, count).map(({ number }) => number));
}

function boxAround(defect: Defect, shot: Shot): DefectBox {
  const points = outline(defect).map((point) => project(shot, point));
  const left = Math.max(0, Math.floor(Math.min(...points.map(({ x }) => x))));
  const top = Math.max(0, Math.floor(Math.min(...points.map(({ y }) => y))));
  const right = Math.min(shot.width, Math.ceil(Math.max(...points.map(({ x }) => x))));
  const bottom = Math.min(shot.height, Math.ceil(Math.max(...points.map(({ y }) => y))));
  return { left, top, width: right - left, height: bottom - top, className: defect.className };
}
