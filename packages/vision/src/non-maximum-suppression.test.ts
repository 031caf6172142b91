import { describe, expect, it } from 'vitest';
import { nonMaximumSuppression } from './non-maximum-suppression.ts';

type Row = [left: number, top: number, width: number, height: number, confidence: number, classId: number];

const candidates = (...rows: Row[]) => ({
  count: rows.length,
  boxes: Float32Array.from(rows.flatMap((row) => row.slice(0, 4))),
  confidences: Float32Array.from(rows.map((row) => row[4])),
  classIds: Uint16Array.from(rows.map((row) => row[5])),
});

describe('nonMaximumSuppression', () => {
  it('keeps the most confident of boxes that overlap, and all that lie apart', () => {
    const kept = nonMaximumSuppression(
      candidates([0, 0, 10, 10, 0.5, 0], [1, 0, 10, 10, 0.75, 0], [50, 50, 10, 10, 0.25, 0]),
      { iou: 0.6, votes: 1, limit: 100 },
    );
    expect(kept).toEqual([
      { box: { left: 1, top: 0, width: 10, height: 10 }, classId: 0, confidence: 0.75 },
      { box: { left: 50, top: 50, width: 10, height: 10 }, classId: 0, confidence: 0.25 },
    ]);
  });

  it('lets boxes of different classes lie on each other', () => {
    const kept = nonMaximumSuppression(candidates([0, 0, 10, 10, 0.5, 0], [0, 0, 10, 10, 0.75, 1]), {
      iou: 0.6,
      votes: 1,
      limit: 100,
    });
    expect(kept.map(({ classId }) => classId)).toEqual([1, 0]);
  });

  it('keeps an overlap of exactly the limit', () => {
    // 5 of 10 pixels shared: IoU 1/2.
    const rows = candidates([0, 0, 10, 1, 0.75, 0], [0, 0, 5, 1, 0.5, 0]);
    expect(nonMaximumSuppression(rows, { iou: 0.5, votes: 1, limit: 100 })).toHaveLength(2);
    expect(nonMaximumSuppression(rows, { iou: 0.49, votes: 1, limit: 100 })).toHaveLength(1);
  });

  it('does not let a suppressed box suppress others', () => {
    // Each overlaps with its neighbour by 1/3, the first and the last not at all.
    const kept = nonMaximumSuppression(
      candidates([0, 0, 10, 10, 0.9, 0], [5, 0, 10, 10, 0.8, 0], [10, 0, 10, 10, 0.7, 0]),
      { iou: 0.3, votes: 1, limit: 100 },
    );
    expect(kept.map(({ box }) => box.left)).toEqual([0, 10]);
  });

  it('orders by confidence, equals as they came, and stops at the limit', () => {
    const rows = candidates([0, 0, 5, 5, 0.5, 0], [20, 0, 5, 5, 0.75, 0], [40, 0, 5, 5, 0.5, 0]);
    const lefts = (limit: number) =>
      nonMaximumSuppression(rows, { iou: 0.5, votes: 1, limit }).map(({ box }) => box.left);
    expect(lefts(3)).toEqual([20, 0, 40]);
    expect(lefts(2)).toEqual([20, 0]);
  });

  it('orders thousands as a stable sort would', () => {
    // Few distinct values, so that many are equal.
    const confidences = Array.from({ length: 5000 }, (_, i) => ((i * 7919) % 41) / 40);
    const rows = candidates(...confidences.map((confidence, i): Row => [10 * i, 0, 5, 5, confidence, 0]));
    const expected = confidences.map((_, i) => i).sort((a, b) => confidences[b]! - confidences[a]!);
    const kept = nonMaximumSuppression(rows, { iou: 0.5, votes: 1, limit: 5000 });
    expect(kept.map(({ box }) => box.left / 10)).toEqual(expected);
  });

  it('drops boxes without an area', () => {
    expect(nonMaximumSuppression(candidates([0, 0, 0, 5, 0.5, 0]), { iou: 0.5, votes: 1, limit: 9 })).toEqual([]);
  });
});

describe('with votes', () => {
  const found = (votes: number, ...rows: Row[]) =>
    nonMaximumSuppression(candidates(...rows), { iou: 0.4, votes, limit: 100 });

  it('a detection is where its voters see it on average, as sure as the best one and they are on average', () => {
    expect(found(2, [0, 0, 10, 10, 0.5, 0], [2, 1, 14, 10, 0.75, 0])).toEqual([
      // (0.75 · 2 + 0.5 · 0) / 1.25, and so on.
      { box: { left: 1.2, top: 0.6, width: 12.4, height: 10 }, classId: 0, confidence: Math.sqrt(0.75 * 0.625) },
    ]);
  });

  it('voters that are missing count nothing, and leave the box where it is', () => {
    expect(found(4, [0.1, 0, 10, 10, 0.5, 0])).toEqual([
      { box: { left: Math.fround(0.1), top: 0, width: 10, height: 10 }, classId: 0, confidence: 0.25 },
    ]);
  });

  it('only the most confident are asked, of the same class, who overlap', () => {
    const [detection] = found(
      2,
      [0, 0, 10, 10, 0.5, 0],
      [3, 0, 10, 10, 0.25, 0],
      [4, 0, 10, 10, 0.25, 0],
      [3, 0, 10, 10, 0.375, 1],
      [8, 0, 10, 10, 0.375, 0],
    );
    expect(detection).toMatchObject({ box: { left: 1 }, confidence: Math.sqrt(0.5 * 0.375) });
  });

  it('who is less sure than a share of the most confident is not asked, so that no floor changes what is above it', () => {
    const alone = found(4, [0, 0, 10, 10, 0.75, 0]);
    expect(found(4, [0, 0, 10, 10, 0.75, 0], [1, 0, 10, 10, 0.18, 0])).toEqual(alone);
    expect(found(4, [0, 0, 10, 10, 0.75, 0], [1, 0, 10, 10, 0.1875, 0])).not.toEqual(alone);
  });

  it('what many agree on comes before what one alone is surer of', () => {
    const many = [0.5, 0.5, 0.5].map((confidence): Row => [50, 50, 10, 10, confidence, 0]);
    expect(found(3, [0, 0, 10, 10, 0.75, 0], ...many).map(({ box, confidence }) => [box.left, confidence])).toEqual([
      [50, 0.5],
      [0, Math.sqrt(0.75 * 0.25)],
    ]);
  });

  it('those are asked, too, that come after the last detection that is kept', () => {
    const rows = candidates([0, 0, 10, 10, 0.5, 0], [50, 0, 10, 10, 0.375, 0], [3, 0, 10, 10, 0.25, 0]);
    expect(nonMaximumSuppression(rows, { iou: 0.5, votes: 2, limit: 1 })).toMatchObject([
      { box: { left: 1 }, confidence: Math.sqrt(0.5 * 0.375) },
    ]);
  });
});
