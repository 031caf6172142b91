import { gaussian, type Random, randomStream } from './random.ts';
import type { DefectBox } from './tag-shots.ts';

export interface AnnotatorSettings {
  readonly seed: number;
  /** Annotators of different names err differently. */
  readonly name: string;
  /** Standard deviation of each side's place, as a share of the box's width or height (at least of 12 pixels). */
  readonly boxNoise: number;
  /** Share of the objects that are overlooked. */
  readonly missRate: number;
  /** Share of the images in which something is marked that isn't there. */
  readonly falseRate: number;
  /** Overlap from which on a box passes verification. */
  readonly acceptedIou?: number;
}

export interface AnnotatedImage {
  /** Whatever identifies the image, such as its file name or digest. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** The labeling attempt, from 1: a second look errs differently from the first. */
  readonly attempt?: number;
}

export type Verdict = 'correct' | 'missed object' | 'box not accurate';

export interface SimulatedAnnotator {
  readonly name: string;
  /** The boxes that this person draws on an image on which `truths` are to be seen. Whole pixels, within the image. */
  annotate(truths: readonly DefectBox[], image: AnnotatedImage): DefectBox[];
  /** What this person says of the boxes that were drawn on an image on which `truths` are to be seen. */
  verify(truths: readonly DefectBox[], proposed: readonly DefectBox[]): Verdict;
}

/** Below this overlap a box isn't a drawing of that object at all. */
const FOUND_IOU = 0.1;
const SMALLEST_SIDE = 12;

/** A labeler who knows the truth and errs at stated rates; the same (seed, name, image, attempt) errs the same way. */
export function simulatedAnnotator(settings: AnnotatorSettings): SimulatedAnnotator {
  const { seed, name, missRate, falseRate, acceptedIou = 0.5 } = settings;
  return {
    name,
    annotate(truths, image) {
      const random = randomStream(seed, name, image.name, image.attempt ?? 1);
      const drawn = truths.filter(() => random() >= missRate).map((truth) => jitter(random, truth, settings, image));
      const [example] = truths;
      if (random() < falseRate) drawn.push(imagined(random, image, example?.className ?? 'scratch'));
      return drawn;
    },
    verify(truths, proposed) {
      const overlaps = truths.map((truth) => bestOverlap(truth, proposed));
      if (overlaps.some((overlap) => overlap < FOUND_IOU)) return 'missed object';
      const accurate = overlaps.every((overlap) => overlap >= acceptedIou);
      const founded = proposed.every((box) => bestOverlap(box, truths) >= acceptedIou);
      return accurate && founded ? 'correct' : 'box not accurate';
    },
  };
}

function jitter(random: Random, box: DefectBox, { boxNoise }: AnnotatorSettings, image: AnnotatedImage): DefectBox {
  const shift = (side: number) => Math.round(gaussian(random) * boxNoise * Math.max(side, SMALLEST_SIDE));
  const left = clamp(box.left + shift(box.width), 0, image.width - 2);
  const top = clamp(box.top + shift(box.height), 0, image.height - 2);
  const right = clamp(box.left + box.width + shift(box.width), left + 2, image.width);
  const bottom = clamp(box.top + box.height + shift(box.height), top + 2, image.height);
  return { left, top, width: right - left, height: bottom - top, className: box.className };
}

function imagined(random: Random, image: AnnotatedImage, className: string): DefectBox {
  const width = Math.max(2, Math.round(image.width * (0.05 + 0.1 * random())));
  const height = Math.max(2, Math.round(image.height * (0.05 + 0.1 * random())));
  return {
    left: Math.floor(random() * (image.width - width)),
    top: Math.floor(random() * (image.height - height)),
    width,
    height,
    className,
  };
}

function bestOverlap(box: DefectBox, others: readonly DefectBox[]): number {
  return others
    .filter(({ className }) => className === box.className)
    .reduce((best, other) => Math.max(best, overlap(box, other)), 0);
}

/** Intersection over union. */
function overlap(a: DefectBox, b: DefectBox): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (a.width * a.height + b.width * b.height - width * height);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
