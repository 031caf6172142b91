import type { ModelManifest } from '@assay/inspector-core';
import {
  type CocoEvaluation,
  type CocoFigures,
  clopperPearson,
  type ClassFigures as MeasuredClass,
} from '@assay/vision';
import type { MeasuredImage, Measurement } from './measure.ts';
import type { ChannelData } from './test-set.ts';

/** Figures from 0 to 1. `null` where a class has no truth in the test split. */
export interface ClassFigures {
  readonly classId: number;
  readonly className: string;
  readonly truths: number;
  readonly ap: number | null;
  readonly ap50: number | null;
  readonly ap75: number | null;
  readonly recall50: number | null;
  /** Precision at recall 0, 0.01, … 1, at IoU 0.5. */
  readonly precision50: readonly number[];
}

/** How many parts got the wrong verdict at the manifest's thresholds. */
export interface WrongVerdicts {
  readonly count: number;
  /** Of so many parts. */
  readonly of: number;
  /** With the interval that covers the true rate with `CONFIDENCE`; `null` when there was no such part. */
  readonly rate: { readonly value: number; readonly low: number; readonly high: number } | null;
}

/** Of intervals. */
const CONFIDENCE = 0.95;

/** `evaluation.json`. Members `metrics` are in the form that SageMaker's registry shows. */
export interface Evaluation {
  readonly format: 'assay.evaluation/1';
  readonly metrics: Readonly<Record<'map' | 'map50' | 'map75', { readonly value: number }>>;
  /** COCO's twelve; `null` where the test split has nothing to measure it on. */
  readonly coco: Readonly<Record<keyof CocoFigures, number | null>>;
  readonly classes: readonly ClassFigures[];
  readonly images: number;
  readonly truths: number;
  /** Escaped: defective parts that were passed. Overkilled: good parts that were failed. */
  readonly verdicts: { readonly escaped: WrongVerdicts; readonly overkilled: WrongVerdicts };
  readonly thresholds: { readonly confidence: number; readonly iou: number };
  readonly millisecondsPerImage: number;
  readonly snapshot: { readonly uri: string; readonly sha256: string };
  readonly model: { readonly sha256: string; readonly trainer: ModelManifest['trainer']; readonly imageSize: number };
  /** As text, for the registry's metadata, which knows nothing else. */
  readonly metadata: { readonly snapshotUri: string; readonly snapshotSha256: string; readonly map50: string };
}

/** @throws Error when the test split shows no defect: then nothing was measured */
export function evaluationOf(measurement: Measurement, manifest: ModelManifest, data: ChannelData): Evaluation {
  const { images, precision } = measurement;
  const { ap, ap50, ap75 } = precision;
  if (ap === undefined || ap50 === undefined || ap75 === undefined) {
    throw new Error(
      `None of the ${images.length} test images has a defect, so the model can't be measured. Label more parts with defects.`,
    );
  }
  return {
    format: 'assay.evaluation/1',
    metrics: { map: { value: ap }, map50: { value: ap50 }, map75: { value: ap75 } },
    coco: cocoFigures(precision),
    classes: precision.classes.map((figures) => classFigures(figures, manifest.names)),
    images: images.length,
    truths: images.reduce((sum, { truths }) => sum + truths.length, 0),
    verdicts: {
      escaped: wrongVerdicts(images, ({ truths }) => truths.length > 0, 'pass'),
      overkilled: wrongVerdicts(images, ({ truths }) => truths.length === 0, 'fail'),
    },
    thresholds: manifest.thresholds,
    millisecondsPerImage: median(images.map(({ inspection }) => inspection.milliseconds)),
    snapshot: data.snapshot,
    model: { sha256: manifest.sha256, trainer: manifest.trainer, imageSize: manifest.imageSize },
    metadata: { snapshotUri: data.snapshot.uri, snapshotSha256: data.snapshot.sha256, map50: ap50.toFixed(4) },
  };
}

function classFigures(figures: MeasuredClass, names: readonly string[]): ClassFigures {
  const { classId, truths, ap = null, ap50 = null, ap75 = null, recall50 = null, curves } = figures;
  const className = names[classId] ?? String(classId);
  return { classId, className, truths, ap, ap50, ap75, recall50, precision50: curves[0]?.precision ?? [] };
}

function cocoFigures({ classes: _, ...figures }: CocoEvaluation): Evaluation['coco'] {
  const names = Object.keys(figures) as (keyof CocoFigures)[];
  return Object.fromEntries(names.map((name) => [name, figures[name] ?? null])) as Evaluation['coco'];
}

function wrongVerdicts(
  images: readonly MeasuredImage[],
  isConcerned: (image: MeasuredImage) => boolean,
  wrong: 'pass' | 'fail',
): WrongVerdicts {
  const concerned = images.filter(isConcerned);
  const [count, of] = [concerned.filter(({ inspection }) => inspection.verdict === wrong).length, concerned.length];
  return { count, of, rate: of === 0 ? null : { value: count / of, ...clopperPearson(count, of, CONFIDENCE) } };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
