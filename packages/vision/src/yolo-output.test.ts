import { describe, expect, it } from 'vitest';
import { decodeYolo } from './yolo-output.ts';

// Two classes, three anchors.
const output = new Float32Array([
  ...[50, 20, 80], // centre x
  ...[40, 30, 10], // centre y
  ...[20, 10, 4], // width
  ...[10, 20, 6], // height
  ...[0.75, 0.125, 0.5], // scores of class 0
  ...[0.625, 0.0625, 0.25], // scores of class 1
]);

describe('decodeYolo', () => {
  it('turns centres into corners and keeps every class that is confident enough', () => {
    const candidates = decodeYolo(output, [1, 6, 3], 0.3);
    expect(candidates.count).toBe(3);
    expect([...candidates.boxes]).toEqual([40, 35, 20, 10, 78, 7, 4, 6, 40, 35, 20, 10]);
    expect([...candidates.confidences]).toEqual([0.75, 0.5, 0.625]);
    expect([...candidates.classIds]).toEqual([0, 0, 1]);
  });

  it('leaves out a score that equals the threshold', () => {
    expect(decodeYolo(output, [1, 6, 3], 0.5).count).toBe(2);
  });

  it('finds nothing above one, and takes no score that is not a number', () => {
    expect(decodeYolo(output, [1, 6, 3], 1).count).toBe(0);
    expect(decodeYolo(new Float32Array([1, 1, 1, 1, Number.NaN]), [1, 5, 1], 0).count).toBe(0);
  });

  it('refuses the output of another kind of model by its shape', () => {
    expect(() => decodeYolo(output, [1, 3, 6], 0.3)).toThrow('[1, 4 + classes, anchors]');
    expect(() => decodeYolo(output, [18], 0.3)).toThrow('shape is [18]');
    expect(() => decodeYolo(output, [1, 6, 4], 0.3)).toThrow('18 values; its shape [1, 6, 4] needs 24');
  });
});
