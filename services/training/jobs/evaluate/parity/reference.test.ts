import { tinyModel } from '@assay/inspector-core/testing';
import { describe, expect, it } from 'vitest';
import { exportedDifference } from './exported.ts';
import { readReference } from './reference.ts';

const { manifest } = tinyModel();
const planes = new Uint8Array(3 * 32 * 32);

function read(images: unknown, files: Record<string, Uint8Array> = { 'reference/000.rgb': planes }) {
  const json = Buffer.from(JSON.stringify({ format: 'assay.reference/1', images }));
  return readReference('model.tar.gz', new Map(Object.entries({ ...files, 'reference.json': json })), manifest);
}

const answer = [3, 4, 4, 8, 8, 0.5, 0.25];
const image = { imageId: 'a', planes: 'reference/000.rgb', answers: [answer] };

describe('a reference', () => {
  it('has each image with its input and its answers', () => {
    expect(read([image])).toEqual([{ imageId: 'a', planes, answers: [answer] }]);
    expect(readReference('model.tar.gz', new Map(), manifest)).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['an input that isn’t there', [{ ...image, planes: 'reference/001.rgb' }], 'has no bytes of reference/001.rgb'],
    ['an answer of another number of classes', [{ ...image, answers: [[3, 4, 4, 8, 8, 0.5]] }], 'and 2 scores'],
    ['no images', [], "isn't of the format assay.reference/1"],
    ['more images than are looked at', new Array(33).fill(image), "isn't of the format assay.reference/1"],
  ])('is refused with %s', (_, images, message) => {
    expect(() => read(images)).toThrow(message);
  });

  it('is refused with an input of another size', () => {
    expect(() => read([image], { 'reference/000.rgb': planes.subarray(1) })).toThrow('3071 bytes of reference/000.rgb');
  });
});

describe('the difference of an export', () => {
  /** Two anchors of one class: centre, width, height and score, row by row. */
  const output = { values: Float32Array.of(10, 20, 10, 20, 8, 8, 8, 8, 0.5, 0.75), dims: [1, 5, 2] };
  const differences = (...answers: number[][]) => exportedDifference({ imageId: 'a', planes, answers }, output);

  it('is the largest of any score, and of any side of a box', () => {
    expect(differences([0, 10, 10, 8, 8, 0.5], [1, 20, 20, 8, 8, 0.75])).toEqual({ score: 0, pixels: 0 });
    expect(differences([0, 10, 12, 8, 8, 0.25], [1, 20, 20, 7, 8, 0.75])).toEqual({ score: 0.25, pixels: 2 });
  });

  it('is also what the export sees where the trainer sees less than in all that it names', () => {
    // The second anchor isn't among the trainer's highest, the least of which is 0.5.
    expect(differences([0, 10, 10, 8, 8, 0.5])).toEqual({ score: 0.25, pixels: 0 });
  });

  it('is none that could be told where the reference is of another network', () => {
    expect(() => differences([2, 10, 10, 8, 8, 0.5])).toThrow(
      'speaks of anchor 2 with 5 values; the export has 2 anchors',
    );
    expect(() => differences([0, 10, 10, 8, 8, 0.5, 0.5])).toThrow('Export the network that was trained');
  });
});
