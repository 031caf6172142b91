import type { ModelManifest } from '@assay/inspector-core';
import type { ClassFigures as MeasuredClass } from '@assay/vision';
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

/** What the verdicts at the manifest's thresholds came to. */
export interface VerdictCounts {
  readonly defective: number;
  /** Defective parts that were passed. */
  readonly escaped: number;
  readonly clean: number;
  /** Clean parts that were failed. */
  readonly falselyFailed: number;
}

/** `evaluation.json`. Members `metrics` are in the form that SageMaker's registry shows. */
export interface Evaluation {
  readonly format: 'assay.evaluation/1';
  readonly metrics: Readonly<Record<'map' | 'map50' | 'map75', { readonly value: number }>>;
  readonly classes: readonly ClassFigures[];
  readonly images: number;
  readonly truths: number;
  readonly verdicts: VerdictCounts;
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
    classes: precision.classes.map((figures) => classFigures(figures, manifest.names)),
    images: images.length,
    truths: images.reduce((sum, { truths }) => sum + truths.length, 0),
    verdicts: countVerdicts(images),
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

function countVerdicts(images: readonly MeasuredImage[]): VerdictCounts {
  const defective = images.filter(({ truths }) => truths.length > 0);
  const clean = images.filter(({ truths }) => truths.length === 0);
  const withVerdict = (list: readonly MeasuredImage[], verdict: 'pass' | 'fail') =>
    list.filter(({ inspection }) => inspection.verdict === verdict).length;
  return {
    defective: defective.length,
    escaped: withVerdict(defective, 'pass'),
    clean: clean.length,
    falselyFailed: withVerdict(clean, 'fail'),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
