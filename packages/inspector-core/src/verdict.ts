import type { Detection } from '@assay/vision';
import { InspectorError } from './errors.ts';

/** What to do about detections of one class. */
export interface ClassRule {
  /** From which confidence on a detection counts, 0 to 1; the manifest's when absent. */
  readonly confidence?: number;
  /** `pass` for what is to be seen but doesn't make a part bad; `fail` when absent. */
  readonly verdict?: 'pass' | 'fail';
}

/** By class id. */
export type Rules = readonly Required<ClassRule>[];

export interface Judgement {
  readonly verdict: 'pass' | 'fail';
  /** Those that count. */
  readonly detections: readonly Detection[];
  /** See `Inspection`. */
  readonly uncertainty: number;
}

/**
 * @param names the model's classes
 * @param given rules by class name
 * @throws InspectorError `rule-unknown-class`
 */
export function rulesFor(
  names: readonly string[],
  confidence: number,
  given: Readonly<Record<string, ClassRule>>,
): Rules {
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new InspectorError(
      'rule-unknown-class',
      `There is a rule for ${unknown.join(', ')}, but the model knows ${names.join(', ')}. Correct or remove the rule.`,
    );
  }
  return names.map((name) => ({ confidence, verdict: 'fail', ...given[name] }));
}

/** A part fails when a detection counts whose class makes parts bad. */
export function judge(candidates: readonly Detection[], rules: Rules): Judgement {
  const detections = candidates.filter(({ classId, confidence }) => confidence >= (rules[classId]?.confidence ?? 1));
  const verdict = detections.some(({ classId }) => rules[classId]?.verdict === 'fail') ? 'fail' : 'pass';
  return { verdict, detections, uncertainty: uncertaintyOf(candidates, rules) };
}

/**
 * The candidate that comes furthest beyond (or nearest to) its class's threshold decides the verdict; its distance to
 * the threshold, as a share of what is possible on that side, is how sure the verdict is.
 */
function uncertaintyOf(candidates: readonly Detection[], rules: Rules): number {
  let decisive = -1;
  for (const { classId, confidence } of candidates) {
    const rule = rules[classId];
    if (rule?.verdict !== 'fail') continue;
    const distance = confidence - rule.confidence;
    const possible = distance >= 0 ? 1 - rule.confidence : rule.confidence;
    decisive = Math.max(decisive, possible === 0 ? 0 : distance / possible);
  }
  return 1 - Math.abs(decisive);
}
