import { type Defect, drawDefects } from './defect.ts';
import { between, gaussianTable, type Random, wholeBetween } from './random.ts';

/** A metal tag as it lies in the world: the same in each of its photographs. Lengths in tag units (pixels at 640 × 480). */
export interface Tag {
  readonly halfWidth: number;
  readonly halfHeight: number;
  readonly cornerRadius: number;
  readonly holes: readonly Circle[];
  /** Strokes of the stamped number. */
  readonly strokes: readonly Stroke[];
  /** Grime: darkens softly, is no defect. */
  readonly stains: readonly Stain[];
  readonly defects: readonly Defect[];
  /** Grey of the bare metal, 0 to 255. */
  readonly brightness: number;
  /** Red, green, blue. */
  readonly tint: readonly [number, number, number];
  /** Reflectance along the brushing's cross direction, one value a tag unit. */
  readonly brushing: Float32Array;
}

export interface Circle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export interface Stroke {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Stain extends Circle {
  readonly darkness: number;
}

const EDGE_MARGIN = 22;
const GLYPH_ADVANCE = 22;

export function drawTag(random: Random, defective: boolean): Tag {
  const halfWidth = between(random, 185, 235);
  const halfHeight = between(random, 120, 160);
  const extent = { x: halfWidth - EDGE_MARGIN, y: halfHeight - EDGE_MARGIN };
  const warmth = between(random, -0.05, 0.05);
  return {
    halfWidth,
    halfHeight,
    cornerRadius: between(random, 10, 36),
    holes: drawHoles(random, halfWidth, halfHeight),
    strokes: drawStamp(random, halfWidth, halfHeight),
    stains: drawStains(random, halfWidth, halfHeight),
    defects: defective ? drawDefects(random, extent) : [],
    brightness: between(random, 125, 190),
    tint: [1 + warmth, 1, 1 - warmth],
    brushing: drawBrushing(random, 2 * Math.ceil(halfHeight) + 8),
  };
}

function drawHoles(random: Random, halfWidth: number, halfHeight: number): Circle[] {
  const sides = random() < 0.3 ? [] : random() < 0.5 ? [-1] : [-1, 1];
  const y = between(random, -0.2, 0.2) * halfHeight;
  const radius = between(random, 11, 16);
  return sides.map((side) => ({ x: side * (halfWidth - 30), y, radius }));
}

/** A row of letter-like groups of strokes. */
function drawStamp(random: Random, halfWidth: number, halfHeight: number): Stroke[] {
  const letters = wholeBetween(random, 0, 9);
  const top = between(random, -0.6, 0.4) * halfHeight;
  const start = between(random, -0.7, -0.2) * halfWidth;
  const strokes: Stroke[] = [];
  for (let letter = 0; letter < letters; letter++) {
    const left = start + letter * GLYPH_ADVANCE;
    if (left > halfWidth - 60) break;
    for (const height of [0, 12, 24]) {
      if (random() < 0.65) strokes.push({ left, top: top + height, width: 14, height: 3 });
    }
    for (const side of [0, 11]) {
      if (random() < 0.65) strokes.push({ left: left + side, top, width: 3, height: 27 });
    }
  }
  return strokes;
}

function drawStains(random: Random, halfWidth: number, halfHeight: number): Stain[] {
  return Array.from({ length: wholeBetween(random, 0, 5) }, () => ({
    x: between(random, -1, 1) * halfWidth,
    y: between(random, -1, 1) * halfHeight,
    radius: between(random, 25, 75),
    darkness: between(random, 0.04, 0.14),
  }));
}

/** Noise that was smoothed a little: fine lines of changing width. */
function drawBrushing(random: Random, length: number): Float32Array {
  const strength = between(random, 0.025, 0.06);
  const lines = gaussianTable(random, length);
  for (let i = 1; i < length; i++) lines[i] = 0.6 * (lines[i] ?? 0) + 0.4 * (lines[i - 1] ?? 0);
  return lines.map((value) => strength * value);
}
