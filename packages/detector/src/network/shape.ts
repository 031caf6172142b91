import type { Size } from '@assay/vision';

/** What determines the network's structure, and with it the meaning of a parameter vector. */
export interface NetworkShape {
  /** In pixels; multiples of 32. A square to train on; exported, what the images need of it. */
  readonly input: Size;
  readonly classes: number;
  /** Channels of the five stages, each of which halves the resolution. */
  readonly widths: readonly number[];
  /** Residual units in each stage's cross-stage block; 0 leaves the block out. */
  readonly depths: readonly number[];
  /** Channels of the feature pyramid; each head works on half of them. */
  readonly headWidth: number;
  /**
   * `own`: all stages are trained, from random values. `pretrained`: a frozen backbone takes the place of the first two,
   * and adds its features to those of the others.
   */
  readonly backbone: 'own' | 'pretrained';
  /** A trained network answers with the mean over an image and its three mirror images, in four times the time. */
  readonly mirrors: boolean;
}

/** Pixels of the input that one cell of each pyramid level covers. */
export const strides = [8, 16, 32] as const;

/** The smallest size: 331 thousand parameters with three classes, beside the frozen ones. */
export const nanoShape = {
  widths: [8, 16, 32, 64, 96],
  depths: [0, 1, 1, 1, 1],
  headWidth: 48,
  backbone: 'pretrained',
  mirrors: false,
} as const;

/** For data sets of a thousand images and more: 542 thousand parameters with six classes. */
export const smallShape = { ...nanoShape, widths: [12, 24, 48, 80, 112], headWidth: 64 } as const;

/** For long runs, in which `small` fits not even its training images well: 1.13 million parameters with six classes. */
export const mediumShape = { ...nanoShape, widths: [16, 32, 64, 112, 160], headWidth: 96 } as const;

export interface Anchors {
  readonly count: number;
  /** Cell centres in input pixels. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Stride of the level that each anchor belongs to. */
  readonly stride: Float32Array;
}

/** One anchor a cell: finest level first, row by row (the order of a YOLOv8 export). */
export function anchorsOf({ width, height }: Size): Anchors {
  const cells = strides.flatMap((stride) => {
    const columns = width / stride;
    return Array.from({ length: columns * (height / stride) }, (_, cell) => ({
      x: ((cell % columns) + 0.5) * stride,
      y: (Math.floor(cell / columns) + 0.5) * stride,
      stride,
    }));
  });
  return {
    count: cells.length,
    x: Float32Array.from(cells, (cell) => cell.x),
    y: Float32Array.from(cells, (cell) => cell.y),
    stride: Float32Array.from(cells, (cell) => cell.stride),
  };
}
