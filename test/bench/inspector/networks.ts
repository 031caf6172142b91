import { createHash } from 'node:crypto';
import {
  createDataset,
  decodeImage,
  defaultTrainingSettings,
  SUPPRESSION as EMBEDDED,
  labelledSample,
  relativeBox,
  train,
} from '@assay/detector';
import { type ModelManifest, readImageInput } from '@assay/inspector-core';
import { QuantizationError, type QuantizationReport, quantizeStatically } from '@assay/quantization';
import { DEFECT_CLASSES } from '@assay/synthetic-tags';
import type { Size } from '@assay/vision';
import type { Photograph } from './photographs.ts';

export interface Network {
  readonly name: string;
  readonly onnx: Uint8Array;
  readonly classes: readonly string[];
  /** In pixels. */
  readonly input: Size;
  /** Confidence from which on boxes are told. */
  readonly floor: number;
  /** Candidates that say together where a box is: as many as its trainer's manifests give. */
  readonly votes: number;
}

/** Overlap from which on two boxes are one, and how many there are at most: for all contestants alike. */
export const SUPPRESSION = { iou: 0.6, limit: 100 } as const;
/** What an inspector has when it isn't told otherwise. */
export const USUAL_FLOOR = 0.02;

export interface Quantized {
  readonly network: Network;
  readonly report: QuantizationReport;
}

/** The embedded trainer's default network after some steps on photographs. */
export async function embeddedNetwork(
  images: readonly Photograph[],
  { seed, steps, size, floor }: { seed: number; steps: number; size: number; floor: number },
): Promise<Network> {
  const classes: readonly string[] = DEFECT_CLASSES;
  const samples = await Promise.all(
    images.map(async (image) => {
      const relative = image.boxes.map((box) => relativeBox(box, image, classes.indexOf(box.className)));
      return labelledSample(await decodeImage(image.fileName, image.bytes, size), relative);
    }),
  );
  const { model, network } = await train({
    settings: { ...defaultTrainingSettings, seed, steps, batchPerWorker: 2 },
    training: createDataset(classes, size, samples),
    validation: createDataset(classes, size, []),
  });
  return { name: 'embedded', onnx: model, classes, input: network.shape.input, floor, votes: EMBEDDED.votes };
}

/** @returns why not, when the answers would stray too far */
export async function quantized(network: Network, images: readonly Photograph[]): Promise<Quantized | string> {
  const calibration = images.map(async ({ bytes }) => {
    const { planes } = await readImageInput(bytes, network.input);
    return Float32Array.from(planes, (byte) => byte / 255);
  });
  try {
    const { model, report } = await quantizeStatically(network.onnx, await Promise.all(calibration));
    return { network: { ...network, onnx: model }, report };
  } catch (error) {
    if (error instanceof QuantizationError && error.code === 'too-sensitive') return error.message;
    throw error;
  }
}

export function manifestOf({ onnx, classes, input, votes }: Network): ModelManifest {
  return {
    format: 'assay.model/2',
    names: [...classes],
    imageSize: input,
    stride: 32,
    sha256: createHash('sha256').update(onnx).digest('hex'),
    trainer: { name: 'bench', version: '1', seed: 1 },
    snapshot: { uri: 's3://bench/none', sha256: '0'.repeat(64) },
    thresholds: { confidence: 0.25, iou: SUPPRESSION.iou, votes },
  };
}
