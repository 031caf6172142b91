import { createInspector, readImageInput } from '@assay/inspector-core';
import { tinyModel } from '@assay/inspector-core/testing';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { agreeing } from './pairs.ts';
import { examineParity } from './parity.ts';

it('an export agrees with the inspector on a long picture, whatever it sees in the grey bars beside it', async () => {
  const { onnx, manifest } = tinyModel();
  // The bars' grey scores 0.447.
  const model = { onnx, manifest: { ...manifest, thresholds: { ...manifest.thresholds, confidence: 0.4 } } };
  const bytes = await sharp({ create: { width: 64, height: 16, channels: 3, background: '#ff0000' } })
    .png()
    .toBuffer();
  const inspector = await createInspector({ model: onnx, manifest: model.manifest });
  const inspection = await inspector.inspect(bytes);
  await inspector.close();
  const { planes } = await readImageInput(bytes, manifest.imageSize);
  const reference = [{ imageId: 'a', planes, answers: [] }];
  const image = { imageId: 'a', group: 'a', bytes, truths: [], inspection };
  const parity = await examineParity({ ...model, reference }, model, [image]);
  // Two rows of four cells have a part of the picture.
  expect(parity?.inspector).toHaveLength(2 * 8);
  expect(agreeing(parity?.inspector ?? [], { iou: 0.99, confidence: 0.01 })).toBe(1);
});
