import type { Dent, Scratch } from './defect.ts';
import { gaussianTable, type Random } from './random.ts';
import type { Circle, Stain, Stroke, Tag } from './tag.ts';

/** A tag laid out flat, one texel a tag unit; all layers [height, width]. */
export interface Surface {
  readonly width: number;
  readonly height: number;
  /** 1 is bare metal; brushing, stamp and stains. */
  readonly reflectance: Float32Array;
  /** What scratches add to the reflectance. */
  readonly scratches: Float32Array;
  /** Slope of the surface, where a dent bends it. */
  readonly slopeX: Float32Array;
  readonly slopeY: Float32Array;
  /** 0 beside the tag and in its holes, 1 on it. */
  readonly cover: Float32Array;
}

/** Texels around the tag, so that sampling needs no test at its rim. */
const MARGIN = 4;
const GRAIN_LENGTH = 18;

export function layOut(tag: Tag, random: Random): Surface {
  const width = 2 * Math.ceil(tag.halfWidth + MARGIN);
  const height = 2 * Math.ceil(tag.halfHeight + MARGIN);
  const layer = () => new Float32Array(width * height);
  const surface: Surface = {
    width,
    height,
    reflectance: layer(),
    scratches: layer(),
    slopeX: layer(),
    slopeY: layer(),
    cover: layer(),
  };
  brush(surface, tag, random);
  for (const stain of tag.stains) smear(surface, stain);
  for (const stroke of tag.strokes) stamp(surface, stroke);
  for (const defect of tag.defects) {
    if (defect.className === 'scratch') scratch(surface, defect);
    else press(surface, defect);
  }
  return surface;
}

/** Lines along x whose brightness wanders slowly, a dark bevel at the rim, and the tag's shape. */
function brush(surface: Surface, tag: Tag, random: Random): void {
  const { width, height, reflectance, cover } = surface;
  const grain = gaussianTable(random, Math.ceil(width / GRAIN_LENGTH) + 2);
  for (let row = 0; row < height; row++) {
    const line = tag.brushing[row % tag.brushing.length] ?? 0;
    for (let column = 0; column < width; column++) {
      const x = column + 0.5 - width / 2;
      const y = row + 0.5 - height / 2;
      const depth = depthInside(tag, x, y);
      const wander = 1 + 0.35 * blend(grain, column / GRAIN_LENGTH);
      const bevel = depth < 5 ? 0.18 * (1 - Math.max(depth, 0) / 5) : 0;
      reflectance[row * width + column] = 1 + line * wander - bevel;
      cover[row * width + column] = Math.min(1, Math.max(0, depth + 0.5));
    }
  }
}

/** The value between two entries. */
function blend(values: Float32Array, position: number): number {
  const first = Math.floor(position);
  const share = position - first;
  return (1 - share) * (values[first] ?? 0) + share * (values[first + 1] ?? 0);
}

/** Distance to the tag's rim or nearest hole, negative outside. */
function depthInside({ halfWidth, halfHeight, cornerRadius, holes }: Tag, x: number, y: number): number {
  const dx = Math.max(Math.abs(x) - halfWidth + cornerRadius, 0);
  const dy = Math.max(Math.abs(y) - halfHeight + cornerRadius, 0);
  const rim = Math.min(cornerRadius - Math.hypot(dx, dy), halfWidth - Math.abs(x), halfHeight - Math.abs(y));
  return holes.reduce((depth, hole) => Math.min(depth, Math.hypot(x - hole.x, y - hole.y) - hole.radius), rim);
}

function smear({ width, height, reflectance }: Surface, stain: Stain): void {
  forEachTexel(width, height, stain, (texel, distance) => {
    reflectance[texel]! -= stain.darkness * (1 - (distance / stain.radius) ** 2);
  });
}

function stamp({ width, height, reflectance }: Surface, stroke: Stroke): void {
  const left = Math.round(stroke.left + width / 2);
  const top = Math.round(stroke.top + height / 2);
  for (let row = Math.max(0, top); row < Math.min(height, top + stroke.height); row++) {
    for (let column = Math.max(0, left); column < Math.min(width, left + stroke.width); column++) {
      reflectance[row * width + column] = 0.55;
    }
  }
}

/** The strongest touch of the path counts, so that close points don't add up; both ends fade. */
function scratch({ width, height, scratches }: Surface, { path, halfWidth, contrast }: Scratch): void {
  for (const [position, { x, y }] of path.entries()) {
    const fade = Math.min(1, (1 + Math.min(position, path.length - 1 - position)) / 4);
    forEachTexel(width, height, { x, y, radius: halfWidth + 1 }, (texel, distance) => {
      const value = contrast * fade * Math.min(1, halfWidth + 1 - distance);
      if (Math.abs(value) > Math.abs(scratches[texel] ?? 0)) scratches[texel] = value;
    });
  }
}

function press({ width, height, slopeX, slopeY }: Surface, { centre, radius, depth }: Dent): void {
  forEachTexel(width, height, { ...centre, radius }, (texel, distance, dx, dy) => {
    const steepness = (2.2 * depth * (1 - (distance / radius) ** 2)) / radius;
    slopeX[texel] = steepness * dx;
    slopeY[texel] = steepness * dy;
  });
}

type TexelVisitor = (texel: number, distance: number, dx: number, dy: number) => void;

function forEachTexel(width: number, height: number, { x, y, radius }: Circle, visit: TexelVisitor): void {
  const centreX = x + width / 2 - 0.5;
  const centreY = y + height / 2 - 0.5;
  for (let row = Math.max(0, Math.ceil(centreY - radius)); row <= Math.min(height - 1, centreY + radius); row++) {
    for (
      let column = Math.max(0, Math.ceil(centreX - radius));
      column <= Math.min(width - 1, centreX + radius);
      column++
    ) {
      const dx = column - centreX;
      const dy = row - centreY;
      const distance = Math.hypot(dx, dy);
      if (distance < radius) visit(row * width + column, distance, dx, dy);
    }
  }
}
