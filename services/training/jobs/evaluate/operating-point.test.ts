import { seededRandom } from '@assay/vision';
import { describe, expect, it } from 'vitest';
import { partVerdicts } from './gate/part-verdicts.ts';
import type { MeasuredImage } from './measurement.ts';
import { chooseOperatingPoint } from './operating-point.ts';

/** Images by the confidence of their surest candidate, each of a part of its own unless `group` says otherwise. */
function image(confidence: number, isDefective: boolean, group = `${confidence} ${isDefective}`): MeasuredImage {
  const box = { left: 0, top: 0, width: 8, height: 8 };
  const candidates = confidence === 0 ? [] : [{ classId: 0, className: 'red', confidence, box }];
  return {
    imageId: `${group}, ${confidence}`,
    group,
    bytes: new Uint8Array(),
    truths: isDefective ? [{ ...box, classId: 0 }] : [],
    inspection: {
      verdict: 'pass',
      detections: [],
      candidates,
      width: 32,
      height: 32,
      uncertainty: 0,
      milliseconds: 1,
    },
  };
}

const bad = (confidence: number, group?: string) => image(confidence, true, group);
const good = (confidence: number, group?: string) => image(confidence, false, group);
const limits = { escapes: 0, overkills: 0.5 };
const choose = (images: readonly MeasuredImage[], given = limits) => chooseOperatingPoint(images, given, 0.25);

describe('the operating point', () => {
  it('lies in the middle between the surest good part and the least sure defective one', () => {
    expect(choose([bad(0.9), bad(0.6), good(0.2), good(0.1)])).toEqual({
      confidence: 0.4,
      choice: 'within',
      validation: { escaped: { count: 0, of: 2 }, overkilled: { count: 0, of: 2 } },
    });
  });

  it('fails good parts rather than let a defective one escape, as far as that is allowed', () => {
    const images = [bad(0.9), bad(0.3), good(0.5), good(0.1)];
    expect(choose(images)).toMatchObject({
      confidence: 0.2,
      choice: 'within',
      validation: { escaped: { count: 0 }, overkilled: { count: 1 } },
    });
    // Not allowed: then the sum of both rates decides, and of equal sums the one with fewer escapes.
    expect(choose(images, { escapes: 0, overkills: 0.4 })).toMatchObject({ confidence: 0.2, choice: 'trade-off' });
  });

  it('lets as many escape as the budget has, where that spares good parts', () => {
    const images = [bad(0.9), bad(0.8), bad(0.7), bad(0.3), good(0.5), good(0.1)];
    expect(choose(images, { escapes: 0.25, overkills: 0.5 })).toMatchObject({
      confidence: 0.6,
      validation: { escaped: { count: 1, of: 4 }, overkilled: { count: 0, of: 2 } },
    });
  });

  it('says that no threshold keeps the budget, and trades off', () => {
    // A defect of which the network sees nothing.
    expect(choose([bad(0), bad(0.8), good(0.4)])).toMatchObject({
      confidence: 0.6,
      choice: 'trade-off',
      validation: { escaped: { count: 1, of: 2 }, overkilled: { count: 0, of: 1 } },
    });
  });

  it('counts parts: one photograph of a part that is passed lets the part escape', () => {
    const { confidence, validation } = choose([bad(0.9, 'a'), bad(0.4, 'a'), bad(0.8, 'b'), good(0.1, 'c')]);
    expect(confidence).toBe(0.25);
    expect(validation.escaped).toEqual({ count: 0, of: 2 });
  });

  it('says of validation what the verdicts at it make of its parts', () => {
    const random = seededRandom(7);
    const images = Array.from({ length: 60 }, (_, index) => image(random(), random() < 0.5, `part-${index % 25}`));
    const { confidence, validation } = choose(images, { escapes: 0.1, overkills: 0.1 });
    const isFailed = ({ inspection }: MeasuredImage) => inspection.candidates[0]!.confidence >= confidence;
    expect(validation).toEqual(partVerdicts(images, isFailed));
  });

  it('is never below what the inspector looks at', () => {
    expect(choose([bad(0.9), good(0.001)]).confidence).toBe(0.46);
  });

  it('goes as low as the parts are told apart: an inspector looks down to its threshold', () => {
    const unsure = [bad(0.012), bad(0.01), good(0.002), good(0.003)];
    expect(choose(unsure)).toMatchObject({
      confidence: 0.0065,
      choice: 'within',
      validation: { escaped: { count: 0 } },
    });
  });

  it('is the trainer’s where validation shows no defective part', () => {
    expect(choose([good(0.1), good(0.3)])).toEqual({
      confidence: 0.25,
      choice: 'unknown',
      validation: { escaped: { count: 0, of: 0 }, overkilled: { count: 1, of: 2 } },
    });
  });
});
