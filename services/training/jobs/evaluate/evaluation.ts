import type { ModelManifest } from '@assay/inspector-core';
import {
  type CocoEvaluation,
  type CocoFigures,
  type Confusion,
  clopperPearson,
  type ClassFigures as MeasuredClass,
  meanOf,
} from '@assay/vision';
import type { ChannelData } from './channel.ts';
import type { Findings } from './gate/findings.ts';
import { quantileOf } from './gate/latency.ts';
import { type PartVerdicts, partVerdicts } from './gate/part-verdicts.ts';
import { refusalOf, summaryOf, type Verdict } from './gate/verdict.ts';
import type { Leaks } from './leaks.ts';
import type { MeasuredImage } from './measurement.ts';
import type { OperatingPoint } from './operating-point.ts';
import type { PrecisionChoice } from './precision/choose-precision.ts';

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

/** How many images got the wrong verdict at the manifest's thresholds. */
export interface WrongVerdicts {
  readonly count: number;
  /** Of so many images. */
  readonly of: number;
  /** With the interval that covers the true rate with `CONFIDENCE`; `null` when there was no such image. */
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
  /** Escaped: images with a defect that were passed. Overkilled: images without one that were failed. */
  readonly verdicts: { readonly escaped: WrongVerdicts; readonly overkilled: WrongVerdicts };
  /** The same by parts. */
  readonly parts: PartVerdicts;
  /** Which class was called which. */
  readonly confusion: Confusion;
  readonly gate: Verdict;
  readonly operatingPoint: OperatingPoint;
  /** Float or INT8, and why. */
  readonly precision: PrecisionChoice;
  readonly leaks: Leaks;
  /** The approved model on the same images; `null` when there is none. */
  readonly champion: ChampionFigures | null;
  readonly thresholds: { readonly confidence: number; readonly iou: number };
  readonly millisecondsPerImage: number;
  readonly snapshot: { readonly uri: string; readonly sha256: string };
  readonly model: {
    /** Of `model.onnx`. */
    readonly sha256: string;
    /** Of the `model.tar.gz` that was written with it. */
    readonly archiveSha256: string;
    readonly trainer: ModelManifest['trainer'];
    readonly imageSize: ModelManifest['imageSize'];
  };
  /** As text, for the registry's metadata and for the pipeline's messages, which know nothing else. */
  readonly metadata: Readonly<
    Record<'snapshotUri' | 'snapshotSha256' | 'map50' | 'modelSha256' | 'gate' | 'refusal', string>
  >;
}

export interface ChampionFigures {
  readonly modelPackageArn: string;
  /** Over the classes of the data set that it knows. */
  readonly map50: number | null;
  readonly parts: PartVerdicts;
  /** By class id of the data set; `null` where it doesn't know the class. */
  readonly ap50: readonly (number | null)[];
}

export interface Evaluated {
  readonly findings: Findings;
  readonly verdict: Verdict;
  readonly precision: PrecisionChoice;
  /** What the test split says of itself. */
  readonly data: ChannelData;
  /** Digest of the archive with the model. */
  readonly modelSha256: string;
}

/** @throws Error when the test split shows no defect: then nothing was measured */
export function evaluationOf({ findings, verdict, precision, data, modelSha256 }: Evaluated): Evaluation {
  const { manifest, test, confusion, leaks, champion, operatingPoint } = findings;
  const { images, precision: figures } = test;
  const { ap, ap50, ap75 } = figures;
  if (ap === undefined || ap50 === undefined || ap75 === undefined) throw nothingToMeasure(images.length);
  return {
    format: 'assay.evaluation/1',
    metrics: { map: { value: ap }, map50: { value: ap50 }, map75: { value: ap75 } },
    coco: cocoFigures(figures),
    classes: figures.classes.map((ofClass) => classFigures(ofClass, manifest.names)),
    images: images.length,
    truths: images.reduce((sum, { truths }) => sum + truths.length, 0),
    verdicts: {
      escaped: wrongVerdicts(images, ({ truths }) => truths.length > 0, 'pass'),
      overkilled: wrongVerdicts(images, ({ truths }) => truths.length === 0, 'fail'),
    },
    parts: partsOf(images),
    confusion,
    gate: verdict,
    operatingPoint,
    precision,
    leaks,
    champion: champion ? championFigures(champion, findings.names) : null,
    thresholds: manifest.thresholds,
    millisecondsPerImage: quantileOf(images, 0.5),
    snapshot: data.snapshot,
    model: {
      sha256: manifest.sha256,
      archiveSha256: modelSha256,
      trainer: manifest.trainer,
      imageSize: manifest.imageSize,
    },
    metadata: {
      snapshotUri: data.snapshot.uri,
      snapshotSha256: data.snapshot.sha256,
      map50: ap50.toFixed(4),
      modelSha256,
      gate: summaryOf(verdict),
      refusal: refusalOf(verdict),
    },
  };
}

export function nothingToMeasure(images: number): Error {
  return new Error(
    `None of the ${images} test images has a defect, so the model can't be measured. Label more parts with defects.`,
  );
}

function championFigures(
  { modelPackageArn, names: known, test }: NonNullable<Findings['champion']>,
  names: readonly string[],
): ChampionFigures {
  const ap50 = names.map((name, classId) =>
    known.includes(name) ? (test.precision.classes[classId]?.ap50 ?? null) : null,
  );
  return { modelPackageArn, map50: meanOf(ap50) ?? null, parts: partsOf(test.images), ap50 };
}

function partsOf(images: readonly MeasuredImage[]): PartVerdicts {
  return partVerdicts(images, ({ inspection }) => inspection.verdict === 'fail');
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
