import { describe, expect, it } from 'vitest';
import { OutputError } from './output-error.ts';

const ANCHORS = 50;

/** One sure detection among background, in YOLOv8's export convention with two classes. */
function answer({ score = 0.9, left = 300, backgroundWidth = 40, scale = 1 } = {}) {
  const column = (anchor: number) =>
    anchor === 7 ? [left, 200, 60, 40, 0.01, score] : [320, 320, backgroundWidth, 40, 0, 0];
  const data = Float32Array.from(
    { length: 6 * ANCHORS },
    (_, i) => scale * (column(i % ANCHORS)[Math.floor(i / ANCHORS)] ?? 0),
  );
  return new Map([['output0', { data, dims: [1, 6, ANCHORS] }]]);
}

function errorBetween(expected: ReturnType<typeof answer>, actual: ReturnType<typeof answer>): OutputError {
  const error = new OutputError();
  error.add(expected, actual);
  return error;
}

describe('the error of detections', () => {
  it('is none between equal answers', () => {
    expect(errorBetween(answer(), answer()).worst).toBe(0);
  });

  it('is as large as can be when every score is gone, though the boxes are right', () => {
    expect(errorBetween(answer(), answer({ score: 0 })).byPart.get('output0 scores')).toBeCloseTo(1, 3);
  });

  it('tells how much of the boxes is lost', () => {
    const { byPart } = errorBetween(answer(), answer({ left: 330 }));
    expect(byPart.get('output0 boxes')).toBeCloseTo(1 - 30 / 90, 6);
    expect(byPart.get('output0 scores')).toBe(0);
  });

  it('is not about what nobody would take for a detection', () => {
    expect(errorBetween(answer(), answer({ backgroundWidth: 400 })).worst).toBe(0);
    expect(errorBetween(answer({ score: 0.001 }), answer({ score: 0.002 })).worst).toBeLessThan(0.01);
  });
});

it('the error of any other output is relative to its values', () => {
  const values = (...data: number[]) =>
    new Map([['logits', { data: Float32Array.from(data), dims: [1, data.length] }]]);
  const error = new OutputError();
  error.add(values(3, 4), values(3, 3.5));
  expect(error.worst).toBeCloseTo(0.1, 6);
});
