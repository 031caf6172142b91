import type { Random } from '@assay/vision';
import type { Truth } from '../dataset/dataset.ts';
import type { AugmentationSettings } from './settings.ts';

/** Part of the target image, in pixels. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * How a source image appears in a window of the target: an orientation (one of eight), a zoom, the target position of
 * the source's centre, and a change of tone.
 */
export interface View {
  /** Orientation as a signed permutation matrix: source direction = matrix · target direction. */
  readonly xx: number;
  readonly xy: number;
  readonly yx: number;
  readonly yy: number;
  readonly zoom: number;
  readonly centreX: number;
  readonly centreY: number;
  readonly brightness: number;
  readonly contrast: number;
}

/** A truth that is cut off survives when enough of it is still to be seen: so many pixels, or a thin one's whole side. */
const SMALLEST_SIDE = 2;
const SMALLEST_VISIBLE_SHARE = 0.25;

export function drawView(random: Random, settings: AugmentationSettings, size: number, window: Window): View {
  const turned = random() < settings.rotate;
  const mirrorX = settings.flip && random() < 0.5 ? -1 : 1;
  const mirrorY = settings.flip && random() < 0.5 ? -1 : 1;
  const between = (limit: number) => (random() * 2 - 1) * limit;
  return {
    xx: turned ? 0 : mirrorX,
    xy: turned ? mirrorX : 0,
    yx: turned ? -mirrorY : 0,
    yy: turned ? 0 : mirrorY,
    zoom: 1 + between(settings.scale),
    centreX: window.left + window.width / 2 + between(settings.shift) * size,
    centreY: window.top + window.height / 2 + between(settings.shift) * size,
    brightness: between(settings.brightness) * 255,
    contrast: 1 + between(settings.contrast),
  };
}

/** The boxes that enclose the truths as the view shows them, clipped to the window; of those that are cut off, what is hardly visible is dropped. */
export function viewTruths(truths: readonly Truth[], view: View, size: number, window: Window): Truth[] {
  const right = window.left + window.width;
  const bottom = window.top + window.height;
  return truths.flatMap((truth) => {
    const first = toTarget(view, truth.x1 - size / 2, truth.y1 - size / 2);
    const second = toTarget(view, truth.x2 - size / 2, truth.y2 - size / 2);
    const [left, rightSide] = [Math.min(first.x, second.x), Math.max(first.x, second.x)];
    const [top, bottomSide] = [Math.min(first.y, second.y), Math.max(first.y, second.y)];
    const [x1, y1] = [Math.max(window.left, left), Math.max(window.top, top)];
    const [x2, y2] = [Math.min(right, rightSide), Math.min(bottom, bottomSide)];
    const visible = Math.max(0, x2 - x1) * Math.max(0, y2 - y1);
    const share = visible / ((rightSide - left) * (bottomSide - top));
    const enough = (visible: number, whole: number) => visible > SMALLEST_SIDE || (visible === whole && whole > 0);
    const kept =
      enough(x2 - x1, rightSide - left) && enough(y2 - y1, bottomSide - top) && share > SMALLEST_VISIBLE_SHARE;
    return kept ? [{ x1, y1, x2, y2, classId: truth.classId }] : [];
  });
}

/** A quarter turn is orthogonal: its transpose leads back. Axis-parallel boxes stay axis-parallel. */
function toTarget({ xx, xy, yx, yy, zoom, centreX, centreY }: View, dx: number, dy: number) {
  return { x: (xx * dx + yx * dy) * zoom + centreX, y: (xy * dx + yy * dy) * zoom + centreY };
}
