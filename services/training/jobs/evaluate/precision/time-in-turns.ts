import { createInspector, type Inspector } from '@assay/inspector-core';
import type { Model } from '../model-archive.ts';

/** Median milliseconds an image of two models, on the same images in turns. */
export type TimeInTurns = (
  first: Model,
  second: Model,
  images: readonly Uint8Array[],
) => Promise<readonly [number, number]>;

const IMAGES = 32;
const ROUNDS = 3;

/** Image by image in turns, so that whatever else the machine does slows both. The first round warms up. */
export const timeInTurns: TimeInTurns = async (first, second, images) => {
  const inspectors: Inspector[] = [];
  try {
    for (const { onnx, manifest } of [first, second]) inspectors.push(await createInspector({ model: onnx, manifest }));
    const times: [number[], number[]] = [[], []];
    for (let round = 0; round <= ROUNDS; round++)
      for (const image of images.slice(0, IMAGES))
        for (const [model, inspector] of inspectors.entries()) {
          const { milliseconds } = await inspector.inspect(image);
          if (round > 0) times[model]?.push(milliseconds);
        }
    return [median(times[0]), median(times[1])];
  } finally {
    for (const inspector of inspectors) await inspector.close();
  }
};

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
