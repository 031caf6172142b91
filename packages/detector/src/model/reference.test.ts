import { seededRandom, square } from '@assay/vision';
import { beforeAll, describe, expect, it } from 'vitest';
import { DatasetReader } from '../dataset/dataset.ts';
import { layoutOf } from '../network/onnx-export.ts';
import { squares, tinySettings } from '../testing/squares.ts';
import { type Reference, referenceOf } from './reference.ts';

const shape = { ...tinySettings.shape, classes: 2, input: square(64) };
const layout = layoutOf(shape);
const random = seededRandom(1);
const network = {
  shape,
  weights: {
    parameters: layout.initialParameters(random).map((value) => value + 0.2 * (random() - 0.5)),
    statistics: new Float64Array(layout.statisticsCount).fill(1),
  },
};

describe('reference', () => {
  const dataset = squares(40, 1);
  // The archive's order is by file name, where a suffix may decide.
  const imageIds = Array.from({ length: 40 }, (_, i) => `image-${String(39 - i).padStart(2, '0')}`);
  const validation = { dataset, imageIds };
  let reference: Reference;

  beforeAll(async () => {
    reference = await referenceOf(network, validation);
  });

  it('shows the first 32 images in the order of their ids, with the very bytes that the network takes', () => {
    expect(reference.images.map(({ imageId }) => imageId)).toEqual(imageIds.toSorted().slice(0, 32));
    expect(reference.images[0]?.planes).toEqual(new DatasetReader(dataset).pixels(39));
  });

  it('shows the middle of the squares where the model has a smaller input', async () => {
    const input = { width: 64, height: 32 };
    const { images } = await referenceOf({ ...network, shape: { ...shape, input } }, validation);
    expect(images[0]?.planes).toEqual(new DatasetReader(dataset).middle(39, input));
    expect(images[0]?.answers).toHaveLength(42);
  });

  it('lists every anchor of a small network, the best class score first', () => {
    const answers = reference.images[0]?.answers ?? [];
    expect(answers.map(([anchor = -1]) => anchor).toSorted((a, b) => a - b)).toEqual([...Array(84).keys()]);
    expect(answers.every((answer) => answer.length === 1 + 4 + 2)).toBe(true);
    const best = answers.map((answer) => Math.max(...answer.slice(5)));
    expect(best).toEqual(best.toSorted((a, b) => b - a));
    expect(best[0]).toBeGreaterThan(best.at(-1) ?? 1);
  });

  it('is empty without validation images', async () => {
    const none = { ...validation, dataset: squares(0, 1), imageIds: [] };
    expect(await referenceOf(network, none)).toEqual({ images: [] });
  });
});
