import { type Box, type Detection, decodeYolo, fromLetterbox, nonMaximumSuppression } from '@assay/vision';
import { InspectorError } from './errors.ts';
import { readPlacedImage } from './image-input.ts';
import type { ModelManifest } from './model-manifest.ts';
import { openModelSession } from './model-session.ts';
import { type ClassRule, judge, rulesFor } from './verdict.ts';

/** As in COCO: no more boxes than this are kept of an image. */
const MAXIMUM_BOXES = 100;
/** Candidates below this are noise; those between this and the threshold tell how sure a verdict is. */
const DEFAULT_FLOOR = 0.02;
/** A score is a share; what a sigmoid computed with integers is above 1 is rounding. */
const HIGHEST_SCORE = 1.001;

export interface InspectorOptions {
  /** The bytes of `model.onnx`, or its path. */
  readonly model: Uint8Array | string;
  readonly manifest: ModelManifest;
  /** By class name; the manifest's threshold and `fail` for classes without one. */
  readonly rules?: Readonly<Record<string, ClassRule>>;
  /** Confidence from which on boxes are candidates; 0.02 when absent. Evaluation goes lower, to see whole curves. */
  readonly floor?: number;
  /** Threads of the network; 1 when absent, which leaves a small device room for its other work. */
  readonly threads?: number;
  /** Milliseconds of a steady clock. */
  readonly now?: () => number;
}

export interface FoundBox {
  readonly classId: number;
  readonly className: string;
  /** From 0 to 1. */
  readonly confidence: number;
  /** In pixels of the upright image. */
  readonly box: Box;
}

export interface Inspection {
  readonly verdict: 'pass' | 'fail';
  /** What counts by the rules, the most confident first. */
  readonly detections: readonly FoundBox[];
  /** Everything above the floor, the detections included. */
  readonly candidates: readonly FoundBox[];
  /** Of the upright image, in pixels. */
  readonly width: number;
  readonly height: number;
  /** From 0 (certain) to 1: how near the verdict was to being the other one. */
  readonly uncertainty: number;
  /** For all of it: decoding, network, judgement. */
  readonly milliseconds: number;
}

export interface Inspector {
  readonly manifest: ModelManifest;
  /**
   * Inspects one photograph: a complete JPEG, PNG, TIFF, WebP or BMP file. Calls take their turns.
   *
   * @throws InspectorError `image-unreadable`, the inspector remains usable; `model-unsuitable` for an answer that is none
   */
  inspect(image: Uint8Array): Promise<Inspection>;
  /** Frees the network once the calls that wait are done. */
  close(): Promise<void>;
}

/**
 * Loads a model and checks it.
 *
 * @throws InspectorError naming what is wrong with the model or the rules, and the remedy
 */
export async function createInspector(options: InspectorOptions): Promise<Inspector> {
  const { model, manifest, floor = DEFAULT_FLOOR, threads = 1, now = () => performance.now() } = options;
  const rules = rulesFor(manifest.names, manifest.thresholds.confidence, options.rules ?? {});
  const lowest = Math.min(floor, ...rules.map(({ confidence }) => confidence));
  const { iou, votes = 1 } = manifest.thresholds;
  const session = await openModelSession(model, manifest, threads);
  let queue: Promise<unknown> = Promise.resolve();

  const inspectNow = async (image: Uint8Array): Promise<Inspection> => {
    const started = now();
    const placed = await readPlacedImage(image, manifest.imageSize);
    const { placement } = placed;
    const { values, dims } = await session.run(placed);
    // Who is less sure than this has no vote in what is surer than the lowest: the floor changes no confidence.
    const proposals = decodeYolo(values, dims, lowest / votes);
    if (proposals.confidences.some((score) => score > HIGHEST_SCORE)) throw notShares();
    const candidates = nonMaximumSuppression(proposals, { iou, votes, limit: MAXIMUM_BOXES })
      .filter(({ confidence }) => confidence > lowest)
      .map((found) => ({ ...found, box: fromLetterbox(placement, found.box) }))
      .filter(({ box }) => box.width > 0 && box.height > 0);
    const { verdict, detections, uncertainty } = judge(candidates, rules);
    return {
      verdict,
      detections: detections.map((found) => named(found, manifest)),
      candidates: candidates.map((found) => named(found, manifest)),
      width: placement.imageWidth,
      height: placement.imageHeight,
      uncertainty,
      milliseconds: now() - started,
    };
  };

  return {
    manifest,
    inspect(image) {
      const turn = queue.then(() => inspectNow(image));
      // The caller sees a failure; the queue goes on.
      queue = turn.catch(() => undefined);
      return turn;
    },
    async close() {
      await queue;
      await session.close();
    },
  };
}

/** By such scores a threshold would be chosen that no manifest can have: a model would be approved that no device loads. */
function notShares(): InspectorError {
  return new InspectorError(
    'model-unsuitable',
    'The model gives scores above 1, where shares are needed: its export ends before the sigmoid. Export it with its last activation.',
  );
}

function named({ classId, confidence, box }: Detection, { names }: ModelManifest): FoundBox {
  return { classId, className: names[classId] ?? String(classId), confidence, box };
}
