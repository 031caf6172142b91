import { tinyModel } from '@assay/inspector-core/testing';
import { evaluateDetections } from '@assay/vision';
import { describe, expect, it } from 'vitest';
import type { MeasuredImage, Measurement } from '../measurement.ts';
import type { Pair } from '../parity/pairs.ts';
import type { Parity } from '../parity/parity.ts';
import { exportParity } from './export-parity.ts';
import type { Findings } from './findings.ts';
import { partVerdicts } from './part-verdicts.ts';

const nothing: Measurement = { images: [], results: [], groups: [], precision: evaluateDetections([], 2) };

/** @param images of the validation split */
function findings(parity: Partial<Parity>, images: number): Findings {
  const { manifest } = tinyModel();
  return {
    names: manifest.names,
    manifest,
    prepared: { channels: { train: '', validation: '' }, snapshotSha256: manifest.snapshot.sha256 },
    leaks: { images: { train: 0, validation: 0, test: 0 }, found: [] },
    operatingPoint: { confidence: 0.25, choice: 'unknown', validation: partVerdicts([], () => false) },
    validation: { ...nothing, images: new Array<MeasuredImage>(images) },
    test: nothing,
    confusion: { counts: [], missed: [], invented: [] },
    champion: undefined,
    parity: { images: 32, exported: { score: 0, pixels: 0 }, precision: [], inspector: [same], ...parity },
  };
}

const same: Pair = { iou: 1, difference: 0 };
const setting = {
  rule: 'export-parity',
  ...{ images: 32, score: 0.01, pixels: 0.5, iou: 0.8, confidence: 0.1, agree: 0.9 },
  undecided: 'refuse',
};
const decide = (parity: Partial<Parity>, images = 32) => exportParity.set(setting).decide(findings(parity, images));
const nineOf = (other: Pair) => [...new Array<Pair>(8).fill(same), other, other];

describe('export parity', () => {
  it('lets as many defects differ as the gate allows, in boxes or in confidences', () => {
    expect(decide({ inspector: [...nineOf(same), same] }).status).toBe('passed');
    expect(decide({ inspector: [...new Array<Pair>(9).fill(same), { iou: 0, difference: 0.9 }] }).status).toBe(
      'passed',
    );
    expect(decide({ inspector: nineOf({ iou: 0.79, difference: 0 }) })).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('the inspector and the bare network agree on 80.0 % of the defects'),
    });
    expect(decide({ inspector: nineOf({ iou: 1, difference: 0.11 }) }).status).toBe('failed');
  });

  it('holds a model of another precision against the trained one', () => {
    expect(decide({ precision: nineOf({ iou: 0, difference: 0.5 }) })).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('the model that would go to the line and the trained one agree on 80.0 %'),
      numbers: { precisionAgreement: 0.8, inspectorAgreement: 1 },
    });
  });

  it('asks for as many images as there are, up to the limit', () => {
    expect(decide({ images: 31 }, 60)).toMatchObject({
      status: 'undecided',
      reason: expect.stringContaining('on 31 images where 32 are asked for'),
    });
    expect(decide({ images: 20 }, 20).status).toBe('passed');
  });

  it('takes no value that is not a number for a small difference', () => {
    expect(decide({ exported: { score: Number.NaN, pixels: 0 } }).status).toBe('failed');
    expect(decide({ exported: { score: 0, pixels: Number.NaN } }).status).toBe('failed');
  });

  it('can say nothing where nothing is found', () => {
    expect(decide({ inspector: [] })).toMatchObject({
      status: 'undecided',
      reason: expect.stringContaining('finds nothing on 32 images'),
    });
  });
});
