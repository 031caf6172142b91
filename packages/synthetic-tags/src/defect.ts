import { between, gaussian, type Random, wholeBetween } from './random.ts';

/** A place on a tag, in tag units from its centre. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A thin line that something sharp left: brighter than the metal where it was laid bare, darker where dirt sits in it. */
export interface Scratch {
  readonly className: 'scratch';
  readonly path: readonly Point[];
  readonly halfWidth: number;
  /** Change of the reflectance: ±0.25 to ±0.5. */
  readonly contrast: number;
}

/** A round hollow: one side catches the light, the other lies in shadow. */
export interface Dent {
  readonly className: 'dent';
  readonly centre: Point;
  readonly radius: number;
  readonly depth: number;
}

export type Defect = Scratch | Dent;

/** Half the size of the area in which defects may lie, in tag units. */
export interface Extent {
  readonly x: number;
  readonly y: number;
}

interface Bounds {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

const ATTEMPTS = 60;
const GAP = 10;
const SHORTEST_SCRATCH = 40;

/** One to three scratches and up to two dents that don't touch each other. */
export function drawDefects(random: Random, extent: Extent): Defect[] {
  const defects: Defect[] = [];
  const scratches = wholeBetween(random, 1, 3);
  const dents = wholeBetween(random, 0, 2);
  for (let i = 0; i < scratches; i++) place(defects, () => drawScratch(random, extent));
  for (let i = 0; i < dents; i++) place(defects, () => drawDent(random, extent));
  return defects;
}

/** Points on the rim of a defect: what a box around it has to contain. */
export function outline(defect: Defect): Point[] {
  const [centres, radius] =
    defect.className === 'scratch' ? [defect.path, defect.halfWidth + 1.5] : [[defect.centre], defect.radius];
  return centres.flatMap(({ x, y }) =>
    Array.from({ length: 16 }, (_, i) => {
      const angle = (i * Math.PI) / 8;
      return { x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) };
    }),
  );
}

function place(defects: Defect[], draw: () => Defect | undefined): void {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const candidate = draw();
    if (!candidate || defects.some((other) => touch(boundsOf(other), boundsOf(candidate)))) continue;
    defects.push(candidate);
    return;
  }
}

function drawScratch(random: Random, extent: Extent): Scratch | undefined {
  const length = between(random, 55, 170);
  const curvature = between(random, -0.004, 0.004);
  let angle = between(random, 0, 2 * Math.PI);
  let x = between(random, -0.9, 0.9) * extent.x;
  let y = between(random, -0.9, 0.9) * extent.y;
  const path: Point[] = [];
  for (let travelled = 0; travelled < length; travelled += 2) {
    if (Math.abs(x) > extent.x || Math.abs(y) > extent.y) break;
    path.push({ x, y });
    x += 2 * Math.cos(angle);
    y += 2 * Math.sin(angle);
    angle += 2 * curvature + 0.02 * gaussian(random);
  }
  if (2 * path.length < SHORTEST_SCRATCH) return undefined;
  const sign = random() < 0.7 ? 1 : -1;
  return {
    className: 'scratch',
    path,
    halfWidth: between(random, 1.6, 2.8),
    contrast: sign * between(random, 0.28, 0.5),
  };
}

function drawDent(random: Random, extent: Extent): Dent {
  const radius = between(random, 15, 30);
  return {
    className: 'dent',
    centre: {
      x: between(random, -1, 1) * (extent.x - radius),
      y: between(random, -1, 1) * (extent.y - radius),
    },
    radius,
    depth: between(random, 0.32, 0.55),
  };
}

function boundsOf(defect: Defect): Bounds {
  const points = outline(defect);
  return {
    x1: Math.min(...points.map(({ x }) => x)),
    y1: Math.min(...points.map(({ y }) => y)),
    x2: Math.max(...points.map(({ x }) => x)),
    y2: Math.max(...points.map(({ y }) => y)),
  };
}

function touch(a: Bounds, b: Bounds): boolean {
  return a.x1 < b.x2 + GAP && b.x1 < a.x2 + GAP && a.y1 < b.y2 + GAP && b.y1 < a.y2 + GAP;
}
