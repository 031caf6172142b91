import type { Random } from '@assay/vision';
import type { DatasetReader, Truth } from '../dataset/dataset.ts';
import type { AugmentationSettings } from './settings.ts';
import { drawView, viewTruths, type Window } from './view.ts';
import { warp } from './warp.ts';

/** Draws a varied version of image `index` into `target` [3, S, S] and returns its truths. */
export function augment(
  target: Uint8Array,
  dataset: DatasetReader,
  index: number,
  settings: AugmentationSettings,
  random: Random,
): Truth[] {
  const { imageSize } = dataset;
  const isMosaic = random() < settings.mosaic;
  const windows = isMosaic ? mosaicWindows(imageSize, random) : [wholeImage(imageSize)];
  return windows.flatMap((window, position) => {
    const source = position === 0 ? index : Math.floor(random() * dataset.count);
    const view = drawView(random, settings, imageSize, window);
    warp(target, dataset.pixels(source), imageSize, view, window);
    return viewTruths(dataset.truths(source), view, imageSize, window);
  });
}

function wholeImage(size: number): Window {
  return { left: 0, top: 0, width: size, height: size };
}

/** Four windows around a random point of the middle. */
function mosaicWindows(size: number, random: Random): Window[] {
  const x = Math.floor(size * (0.3 + 0.4 * random()));
  const y = Math.floor(size * (0.3 + 0.4 * random()));
  return [
    { left: 0, top: 0, width: x, height: y },
    { left: x, top: 0, width: size - x, height: y },
    { left: 0, top: y, width: x, height: size - y },
    { left: x, top: y, width: size - x, height: size - y },
  ];
}
