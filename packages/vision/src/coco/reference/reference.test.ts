import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CocoFigures, evaluateDetections } from '../evaluation.ts';

type Numbers = [number, number, number, number, number, number];

/** See `record.py`. */
interface Case {
  readonly classes: number;
  readonly images: readonly { readonly truths: readonly Numbers[]; readonly detections: readonly Numbers[] }[];
  readonly stats: readonly number[];
  readonly byClass: readonly (readonly number[])[];
}

/** In the order of `COCOeval.stats`. */
const STATS: readonly (keyof CocoFigures)[] = [
  'ap',
  'ap50',
  'ap75',
  'apSmall',
  'apMedium',
  'apLarge',
  'ar1',
  'ar10',
  'ar100',
  'arSmall',
  'arMedium',
  'arLarge',
];

const cases = readFileSync(new URL('./cases.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line): Case => JSON.parse(line));

const evaluate = ({ images, classes }: Case) =>
  evaluateDetections(
    images.map(({ truths, detections }) => ({
      truths: truths.map(([left, top, width, height, classId, crowd]) => ({
        ...{ left, top, width, height, classId },
        crowd: crowd === 1,
      })),
      detections: detections.map(([left, top, width, height, classId, confidence]) => ({
        box: { left, top, width, height },
        ...{ classId, confidence },
      })),
    })),
    classes,
  );

/** As pycocotools says that there is nothing to measure. */
const orNothing = (value: number | undefined): number => value ?? -1;

function furthestApart(ours: readonly number[], theirs: readonly number[]): number {
  expect(ours).toHaveLength(theirs.length);
  return Math.max(...ours.map((value, index) => Math.abs(value - (theirs[index] ?? Number.NaN))));
}

describe('evaluateDetections, held against pycocotools', () => {
  it('comes to the same figures in every recorded case', () => {
    const apart = cases.map((each) => {
      const figures = evaluate(each);
      return furthestApart(
        STATS.map((name) => orNothing(figures[name])),
        each.stats,
      );
    });
    expect(apart.length).toBeGreaterThanOrEqual(200);
    expect(apart.filter((difference) => !(difference <= 1e-6))).toEqual([]);
  });

  it('comes to the same figures of every class', () => {
    const apart = cases.flatMap((each) =>
      evaluate(each).classes.map(({ ap, ap50, ar100 }, classId) =>
        furthestApart([ap, ap50, ar100].map(orNothing), each.byClass[classId] ?? []),
      ),
    );
    expect(apart.filter((difference) => !(difference <= 1e-6))).toEqual([]);
  });

  it('is held against crowds, empty images, ties, borders of sizes, and more detections than count', () => {
    const images = cases.flatMap(({ images }) => images);
    const having = (holds: (image: Case['images'][number]) => boolean) => images.filter(holds).length;
    expect(having(({ truths }) => truths.some(([, , , , , crowd]) => crowd === 1))).toBeGreaterThan(50);
    expect(having(({ truths }) => truths.length === 0)).toBeGreaterThan(50);
    expect(having(({ detections }) => detections.length === 0)).toBeGreaterThan(50);
    expect(having(({ detections }) => detections.length > 100)).toBeGreaterThan(10);
    expect(
      having(({ detections }) => new Set(detections.map(([, , , , , score]) => score)).size < detections.length),
    ).toBeGreaterThan(100);
    expect(having(({ truths }) => truths.some(([, , width, height]) => width * height === 32 ** 2))).toBeGreaterThan(
      20,
    );
  });
});
