/** How strongly training images are varied. */
export interface AugmentationSettings {
  /** Mirror horizontally and vertically, each half of the time. */
  readonly flip: boolean;
  /** Share of images that are turned by 90°; mirrors make all eight orientations of it. */
  readonly rotate: number;
  /** Largest relative change of size. */
  readonly scale: number;
  /** Largest shift, as a fraction of the side. */
  readonly shift: number;
  /** Largest change of brightness, as a fraction of the full range. */
  readonly brightness: number;
  /** Largest relative change of contrast. */
  readonly contrast: number;
  /** Share of images that are put together from four. Helps long runs, costs short ones. */
  readonly mosaic: number;
}

/** What mosaics teach is unlearned in the last part of a run: the images there look like the real ones. */
export const MOSAIC_FREE_TAIL = 0.2;
