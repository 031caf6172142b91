import { z } from 'zod';
import type { OperatingLimits } from '../operating-point.ts';
import { ap50Floor } from './ap50-floor.ts';
import { champion } from './champion.ts';
import { classes } from './classes.ts';
import { escapeBudget } from './escape-budget.ts';
import { evidence } from './evidence.ts';
import { exportParity, likenessSchema } from './export-parity.ts';
import { latency } from './latency.ts';
import { memorised } from './memorised.ts';
import { noLeak } from './no-leak.ts';
import { overkillBudget } from './overkill-budget.ts';
import { provenance } from './provenance.ts';
import { type Rule, type SetRule, share } from './rule.ts';

/** All rules there are, in the order in which they are shown: whether the figures mean anything comes first. */
const RULES: readonly Rule[] = [
  evidence,
  noLeak,
  provenance,
  memorised,
  ap50Floor,
  classes,
  escapeBudget,
  overkillBudget,
  champion,
  exportParity,
  latency,
];

export const RULE_NAMES: readonly string[] = RULES.map(({ name }) => name);

/** The rules that a model has to pass, with their limits. */
export interface Gate {
  readonly rules: readonly SetRule[];
  /** By which the operating point is chosen: the rates of the budgets, asked of the validation split. */
  readonly operatingLimits: OperatingLimits;
  /** When INT8 answers as float does: as `export-parity` asks. Undefined where this gate doesn't. */
  readonly likeness: z.output<typeof likenessSchema> | undefined;
}

const rateSchema = z.object({ rate: share });
const listSchema = z.array(z.looseObject({ rule: z.string() }));

/**
 * Reads a gate: a list of rules, each `{ rule, …limits, undecided }`. A rule that isn't in it isn't asked for, except the
 * two budgets, without which there is no operating point.
 *
 * @throws Error naming each rule that is unknown, set twice or set wrongly
 */
export function readGate(value: unknown): Gate {
  const list = listSchema.parse(value);
  const faults: string[] = [];
  const unknown = list.filter(({ rule }) => !RULE_NAMES.includes(rule)).map(({ rule }) => rule);
  if (unknown.length > 0) faults.push(`there is no rule ${unknown.join(', ')} (but ${RULE_NAMES.join(', ')})`);
  const twice = list.filter(({ rule }, index) => list.findIndex((other) => other.rule === rule) < index);
  if (twice.length > 0) faults.push(`set twice: ${twice.map(({ rule }) => rule).join(', ')}`);
  const rules = RULES.flatMap((rule) => {
    const setting = list.find(({ rule: name }) => name === rule.name);
    if (setting === undefined) return [];
    try {
      return [rule.set(setting)];
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      faults.push(...error.issues.map(({ path, message }) => `${[rule.name, ...path].join('.')}: ${message}`));
      return [];
    }
  });
  const settingOf = ({ name }: Rule) => rules.find(({ rule }) => rule === name)?.setting;
  const budgets = [escapeBudget, overkillBudget];
  const [escapes, overkills] = budgets.map((rule) => rateSchema.safeParse(settingOf(rule)).data?.rate);
  if (faults.length === 0) {
    const missing = budgets.filter((rule) => settingOf(rule) === undefined);
    faults.push(...missing.map(({ name }) => `${name} is missing: the threshold is chosen by it`));
  }
  if (faults.length > 0 || escapes === undefined || overkills === undefined) {
    throw new Error(`The gate is set wrongly: ${faults.join('; ')}. Its rules are in pipeline/gate.yml.`);
  }
  const likeness = likenessSchema.safeParse(settingOf(exportParity)).data;
  return { rules, operatingLimits: { escapes, overkills }, likeness };
}
