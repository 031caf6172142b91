import type { Point } from './defect.ts';
import { between, type Random, wholeBetween } from './random.ts';

/** How one photograph was taken: pose of the tag, light and dust. Lengths in pixels of the picture. */
export interface Shot {
  readonly width: number;
  readonly height: number;
  /** Angle of the tag, radians. */
  readonly angle: number;
  /** Pixels a tag unit. */
  readonly scale: number;
  readonly centre: Point;
  /** Grey of the conveyor and its change over the picture. */
  readonly background: number;
  readonly backgroundSlope: Point;
  /** Light: strength, change over the tag (from the centre to its rim), and the direction that dents are lit from. */
  readonly exposure: number;
  readonly lightSlope: Point;
  readonly lightDirection: Point;
  /** A bright band across the brushing, and a soft spot. In tag units. */
  readonly glare: { readonly x: number; readonly width: number; readonly strength: number };
  readonly spot: { readonly x: number; readonly y: number; readonly radius: number; readonly strength: number };
  /** How strongly scratches show in this light. */
  readonly scratchGain: number;
  readonly noise: number;
  readonly dust: readonly { readonly x: number; readonly y: number; readonly radius: number; readonly grey: number }[];
}

export function drawShot(random: Random, width: number, height: number): Shot {
  const unit = Math.min(width / 640, height / 480);
  const light = between(random, 0, 2 * Math.PI);
  return {
    width,
    height,
    angle: between(random, -0.3, 0.3) + (random() < 0.3 ? Math.PI : 0),
    scale: unit * between(random, 0.9, 1.1),
    centre: { x: width / 2 + unit * between(random, -25, 25), y: height / 2 + unit * between(random, -20, 20) },
    background: between(random, 28, 95),
    backgroundSlope: { x: between(random, -25, 25) / width, y: between(random, -25, 25) / height },
    exposure: between(random, 0.82, 1.15),
    lightSlope: { x: between(random, -0.18, 0.18), y: between(random, -0.15, 0.15) },
    lightDirection: { x: Math.cos(light), y: Math.sin(light) },
    glare: { x: between(random, -200, 200), width: between(random, 25, 80), strength: between(random, 0, 45) },
    spot: {
      x: between(random, -200, 200),
      y: between(random, -130, 130),
      radius: between(random, 30, 90),
      strength: between(random, 0, 30),
    },
    scratchGain: between(random, 0.85, 1.15),
    noise: between(random, 2, 5),
    dust: Array.from({ length: wholeBetween(random, 0, 25) }, () => ({
      x: between(random, 0, width),
      y: between(random, 0, height),
      radius: unit * between(random, 0.8, 2),
      grey: between(random, -45, 35),
    })),
  };
}

/** Where a place on the tag is seen in the picture. */
export function project({ angle, scale, centre }: Shot, { x, y }: Point): Point {
  const cosine = Math.cos(angle) * scale;
  const sine = Math.sin(angle) * scale;
  return { x: centre.x + x * cosine - y * sine, y: centre.y + x * sine + y * cosine };
}
