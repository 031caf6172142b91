import { z } from 'zod';
import { ap50Floor } from './ap50-floor.ts';
import { champion } from './champion.ts';
import { classes } from './classes.ts';
import { escapeBudget, escapeBudgetSchema } from './escape-budget.ts';
import { evidence } from './evidence.ts';
import { exportParity, likenessSchema } from './export-parity.ts';
import { latency } from './latency.ts';
import { memorised } from './memorised.ts';
import { noLeak } from './no-leak.ts';
import { provenance } from './provenance.ts';
import type { Rule, SetRule } from './rule.ts';

/** All rules there are, in the order in which they are shown: whether the figures mean anything comes first. */
const RULES: readonly Rule[] = [
  evidence,
  noLeak,
  provenance,
  memorised,
  ap50Floor,
  classes,
  escapeBudget,
  champion,
  exportParity,
  latency,
];

export const RULE_NAMES: readonly string[] = RULES.map(({ name }) => name);

/** The rules that a model has to pass, with their limits. */
export interface Gate {
  readonly rules: readonly SetRule[];
  /** By which the operating point is chosen, too. */
  readonly escapeBudget: z.output<typeof escapeBudgetSchema>;
  /** When INT8 answers as float does: as `export-parity` asks. Undefined where this gate doesn't. */
  readonly likeness: z.output<typeof likenessSchema> | undefined;
}

const listSchema = z.array(z.looseObject({ rule: z.string() }));

/**
 * Reads a gate: a list of rules, each `{ rule, …limits, undecided }`. A rule that isn't in it isn't asked for, except
 * `escape-budget`, without which there is no operating point.
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
  const budget = escapeBudgetSchema.safeParse(settingOf(escapeBudget));
  if (faults.length === 0 && !budget.success) faults.push('escape-budget is missing: the threshold is chosen by it');
  if (faults.length > 0 || !budget.success) {
    throw new Error(`The gate is set wrongly: ${faults.join('; ')}. Its rules are in pipeline/gate.yml.`);
  }
  return { rules, escapeBudget: budget.data, likeness: likenessSchema.safeParse(settingOf(exportParity)).data };
}
