import type { Findings } from './findings.ts';
import type { Outcome, SetRule } from './rule.ts';
import { RULE_NAMES } from './rules.ts';

export interface RuleOutcome extends Outcome {
  readonly rule: string;
  readonly undecided: SetRule['undecided'];
  readonly setting: SetRule['setting'];
  /** Whether the model is refused for it. */
  readonly refuses: boolean;
}

/** `gate` of `evaluation.json`. */
export interface Verdict {
  readonly verdict: 'passed' | 'refused';
  readonly rules: readonly RuleOutcome[];
  /** Rules that this gate doesn't ask for. */
  readonly notAsked: readonly string[];
}

/** A model passes when no rule fails, and none that refuses what it can't decide is undecided. */
export function judge(rules: readonly SetRule[], findings: Findings): Verdict {
  const outcomes = rules.map(({ rule, undecided, setting, decide }): RuleOutcome => {
    const outcome = decide(findings);
    const refuses = outcome.status === 'failed' || (outcome.status === 'undecided' && undecided === 'refuse');
    return { rule, undecided, setting, refuses, ...outcome };
  });
  return {
    verdict: outcomes.some(({ refuses }) => refuses) ? 'refused' : 'passed',
    rules: outcomes,
    notAsked: RULE_NAMES.filter((name) => !rules.some(({ rule }) => rule === name)),
  };
}

/** Less than a Fail step's message may have, which says more. */
const REFUSAL_CHARACTERS = 2000;

/**
 * A line for lists: "passed: 10 of 11 rules / undecided: champion". The registry takes letters, digits, spaces and
 * `_.:/=+-@`, 256 at most ("CreateModelPackage", `CustomerMetadataProperties`).
 */
export function summaryOf({ verdict, rules }: Verdict): string {
  const named = (status: Outcome['status']) =>
    rules.filter((outcome) => outcome.status === status).map(({ rule }) => rule);
  const parts = [
    `${named('passed').length} of ${rules.length} rules`,
    ...(['failed', 'undecided'] as const)
      .filter((status) => named(status).length > 0)
      .map((status) => `${status}: ${named(status).join(' ')}`),
  ];
  return `${verdict}: ${parts.join(' / ')}`;
}

/** Which rules refused a model, with their figures; "none" when it passed. */
export function refusalOf({ rules }: Verdict): string {
  const refusing = rules.filter(({ refuses }) => refuses);
  const sentences = refusing.map(
    ({ rule, status, reason }) => `${rule}${status === 'undecided' ? ' (undecided)' : ''}: ${reason}`,
  );
  return sentences.length === 0 ? 'none' : cut(sentences.join(' | '), REFUSAL_CHARACTERS);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
