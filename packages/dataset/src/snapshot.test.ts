import { expect, it } from 'vitest';
import { encodeSnapshot, parseSnapshot, type Snapshot, yoloLabels } from './snapshot.ts';

const labelsOf = (...boxes: [number, number, number, number][]) =>
  yoloLabels({
    width: 4000,
    height: 2000,
    boxes: boxes.map(([left, top, width, height]) => ({ left, top, width, height, classId: 2 })),
  });

it('says boxes as shares of the sides, cut off at the edges', () => {
  expect(labelsOf([1000, 500, 2000, 1000], [3900, -10, 200, 20])).toBe(
    '2 0.500000 0.500000 0.500000 0.500000\n2 0.987500 0.002500 0.025000 0.005000\n',
  );
});

it('has no line for a box that would be printed without a width or height', () => {
  expect(labelsOf([100, 100, 0.001, 50], [100, 100, 50, 0.0009], [5000, 0, 10, 10])).toBe('');
  expect(labelsOf([100, 100, 0.0021, 50])).toBe('2 0.025000 0.062500 0.000001 0.025000\n');
});

it('reads and writes a snapshot byte by byte, with the digest of its test set, and a former one without', () => {
  const counts = { groups: 0, images: 0, boxes: 0 };
  const snapshot: Snapshot = {
    format: 'assay.snapshot/1',
    asOf: '2026-03-04T12:00:00.000Z',
    query: 'SELECT 1',
    names: ['dent'],
    lineage: { name: 'main', splits: { version: 2, sha256: '0'.repeat(64) }, testSet: { version: 1 } },
    counts: { train: counts, validation: counts, test: counts },
    nearDuplicates: [],
    bursts: [],
    images: [],
  };
  const named = { ...snapshot, lineage: { ...snapshot.lineage, testSet: { version: 1, sha256: 'a'.repeat(64) } } };
  for (const { bytes } of [snapshot, named].map(encodeSnapshot))
    expect(encodeSnapshot(parseSnapshot(bytes.toString(), 'snapshot.json')).bytes).toEqual(bytes);
});
