import { gaussianTable, type Random } from './random.ts';
import type { Shot } from './shot.ts';
import type { Surface } from './surface.ts';
import type { Tag } from './tag.ts';

const NOISE_LENGTH = 1 << 15;
const SHADOW = 0.62;

/** Renders one picture: RGB bytes [height, width, 3]. */
export function photograph(tag: Tag, surface: Surface, shot: Shot, random: Random): Buffer {
  const lit = lightUp(tag, surface, shot);
  const grey = conveyor(shot, random);
  paint(grey, lit, surface, shot);
  scatterDust(grey, shot);
  return develop(grey, tag, shot, random);
}

/** The tag's grey under this shot's light, texel by texel. */
function lightUp(tag: Tag, surface: Surface, shot: Shot): Float32Array {
  const { width, height, reflectance, scratches, slopeX, slopeY } = surface;
  const { lightSlope, lightDirection, glare, spot } = shot;
  const lit = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    const y = row + 0.5 - height / 2;
    for (let column = 0; column < width; column++) {
      const texel = row * width + column;
      const x = column + 0.5 - width / 2;
      const light = shot.exposure * (1 + (lightSlope.x * x + lightSlope.y * y) / tag.halfWidth);
      const bend = slopeX[texel]! * lightDirection.x + slopeY[texel]! * lightDirection.y;
      const metal = reflectance[texel]! + shot.scratchGain * scratches[texel]! + bend;
      const band = glare.strength * Math.exp(-(((x - glare.x) / glare.width) ** 2));
      const glow = spot.strength * Math.exp(-((x - spot.x) ** 2 + (y - spot.y) ** 2) / spot.radius ** 2);
      lit[texel] = (tag.brightness * light + band + glow) * metal;
    }
  }
  return lit;
}

function conveyor({ width, height, background, backgroundSlope }: Shot, random: Random): Float32Array {
  const weave = gaussianTable(random, width);
  const grey = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    const rowGrey = background + backgroundSlope.y * (row - height / 2);
    for (let column = 0; column < width; column++) {
      grey[row * width + column] = rowGrey + backgroundSlope.x * (column - width / 2) + 2.5 * weave[column]!;
    }
  }
  return grey;
}

/** Lays the tag and its shadow over the conveyor. */
function paint(grey: Float32Array, lit: Float32Array, surface: Surface, shot: Shot): void {
  const cosine = Math.cos(shot.angle) / shot.scale;
  const sine = Math.sin(shot.angle) / shot.scale;
  for (let row = 0; row < shot.height; row++) {
    const dy = row + 0.5 - shot.centre.y;
    for (let column = 0; column < shot.width; column++) {
      const dx = column + 0.5 - shot.centre.x;
      const x = dx * cosine + dy * sine + surface.width / 2 - 0.5;
      const y = dy * cosine - dx * sine + surface.height / 2 - 0.5;
      const pixel = row * shot.width + column;
      const cover = sample(surface.cover, surface, x, y);
      if (cover < 1 && sample(surface.cover, surface, x - 6, y - 8) > 0.5) grey[pixel]! *= SHADOW;
      if (cover > 0) grey[pixel] = (1 - cover) * grey[pixel]! + cover * sample(lit, surface, x, y);
    }
  }
}

/** Bilinear; 0 outside. */
function sample(layer: Float32Array, { width, height }: Surface, x: number, y: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  if (column < 0 || row < 0 || column >= width - 1 || row >= height - 1) return 0;
  const right = x - column;
  const down = y - row;
  const texel = row * width + column;
  const above = layer[texel]! * (1 - right) + layer[texel + 1]! * right;
  const below = layer[texel + width]! * (1 - right) + layer[texel + width + 1]! * right;
  return above * (1 - down) + below * down;
}

function scatterDust(grey: Float32Array, { width, height, dust }: Shot): void {
  for (const speck of dust) {
    for (let row = Math.max(0, Math.floor(speck.y - 3)); row < Math.min(height, speck.y + 3); row++) {
      for (let column = Math.max(0, Math.floor(speck.x - 3)); column < Math.min(width, speck.x + 3); column++) {
        const distance = Math.hypot(column - speck.x, row - speck.y);
        grey[row * width + column]! += speck.grey * Math.min(1, Math.max(0, speck.radius + 0.5 - distance));
      }
    }
  }
}

/** Sensor noise, vignette and colour. */
function develop(grey: Float32Array, tag: Tag, shot: Shot, random: Random): Buffer {
  const { width, height } = shot;
  const noise = gaussianTable(random, NOISE_LENGTH);
  const [red, green, blue] = tag.tint;
  const bytes = new Uint8ClampedArray(3 * width * height);
  for (let row = 0; row < height; row++) {
    // Each row reads the table from its own place, or the eye would find the repetition.
    const start = Math.floor(random() * NOISE_LENGTH);
    for (let column = 0; column < width; column++) {
      const offCentre = ((column / width - 0.5) ** 2 + (row / height - 0.5) ** 2) * 0.3;
      const pixel = row * width + column;
      const value = grey[pixel]! * (1 - offCentre) + shot.noise * noise[(start + column) % NOISE_LENGTH]!;
      bytes[3 * pixel] = value * red;
      bytes[3 * pixel + 1] = value * green;
      bytes[3 * pixel + 2] = value * blue;
    }
  }
  return Buffer.from(bytes.buffer);
}
