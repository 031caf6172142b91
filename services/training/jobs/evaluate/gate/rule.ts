import { z } from 'zod';
import type { Findings } from './findings.ts';

/** `undecided`: the evidence doesn't reach to say it. */
export type Status = 'passed' | 'failed' | 'undecided';

/** What a rule makes of a model. */
export interface Outcome {
  readonly status: Status;
  /** A sentence with the figures that decided, and what to do where it isn't plain. */
  readonly reason: string;
  /** The figures, for machines and for the report's table; `null` is what could not be measured. */
  readonly numbers: Readonly<Record<string, number | null>>;
}

/** A rule with the limits that a gate sets it. */
export interface SetRule {
  readonly rule: string;
  /** Whether the model is refused when the rule can't be decided. */
  readonly undecided: 'refuse' | 'show';
  /** As it was set, for the report. */
  readonly setting: Readonly<Record<string, unknown>>;
  readonly decide: (findings: Findings) => Outcome;
}

export interface Rule {
  readonly name: string;
  /** @throws ZodError when the setting isn't one of this rule */
  readonly set: (setting: unknown) => SetRule;
}

/**
 * A rule of the gate.
 *
 * @param limits the members of its setting, besides `rule` and `undecided`
 * @param decide a pure function of the limits and of what was found out about the model
 */
export function defineRule<Shape extends z.ZodRawShape>(
  name: string,
  limits: Shape,
  decide: (limits: z.output<z.ZodObject<Shape>>, findings: Findings) => Outcome,
): Rule {
  const common = z.object({ rule: z.literal(name), undecided: z.enum(['refuse', 'show']) });
  const own = z.strictObject(limits);
  return {
    name,
    set(setting) {
      const { rule, undecided } = common.parse(setting);
      const { rule: _rule, undecided: _undecided, ...rest } = z.record(z.string(), z.unknown()).parse(setting);
      const values = own.parse(rest);
      return { rule, undecided, setting: values, decide: (findings) => decide(values, findings) };
    },
  };
}

/** From 0 to 1. */
export const share = z.number().min(0).max(1);

export const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
export const figure = (value: number): string => value.toFixed(3);
