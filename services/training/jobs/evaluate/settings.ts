import { z } from 'zod';
import type { ChannelDigests } from './gate/findings.ts';
import { type Gate, readGate } from './gate/rules.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256 in lower-case hex');

/** Each rule of the gate arrives as JSON in a variable of its own: SageMaker's have 256 characters at most. */
const RULE_PREFIX = 'ASSAY_GATE_';

const settingsSchema = z.object({
  ASSAY_TRAIN_SHA256: sha256,
  ASSAY_VALIDATION_SHA256: sha256,
  ASSAY_TEST_SHA256: sha256,
  /** The snapshot that the archives were made of. */
  ASSAY_SNAPSHOT_SHA256: sha256,
  /** The floor of the rule `ap50-floor`: a parameter by itself, as it is what one wants to set for a run. */
  ASSAY_MAP_THRESHOLD: z.string().trim().min(1).transform(Number).pipe(z.number().min(0).max(1)),
  /** Whether an INT8 model is made and taken where it is as good and faster. */
  ASSAY_INT8: z.enum(['try', 'never']),
});

export interface EvaluateSettings {
  /** Digests of the archives, as prepare-dataset noted them. */
  readonly digests: ChannelDigests & { readonly test: string };
  readonly snapshotSha256: string;
  readonly gate: Gate;
  readonly int8: 'try' | 'never';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the step's environment. @throws Error naming each variable that is missing or wrong */
export function readEvaluateSettings(environment: Environment): EvaluateSettings {
  const parsed = settingsSchema.safeParse(environment);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(
      `The job's environment is incomplete (${faults.join('; ')}). Set it in the step Evaluate of the pipeline.`,
      { cause: parsed.error },
    );
  }
  const values = parsed.data;
  return {
    digests: {
      train: values.ASSAY_TRAIN_SHA256,
      validation: values.ASSAY_VALIDATION_SHA256,
      test: values.ASSAY_TEST_SHA256,
    },
    snapshotSha256: values.ASSAY_SNAPSHOT_SHA256,
    gate: readGate(withFloor(rulesIn(environment), values.ASSAY_MAP_THRESHOLD)),
    int8: values.ASSAY_INT8,
  };
}

/** What a rule's setting is called in the step's environment. */
export function ruleVariable(rule: string): string {
  return RULE_PREFIX + rule.toUpperCase().replaceAll('-', '_');
}

/** The rules with the floor filled in where one of them has it. */
export function withFloor(rules: readonly unknown[], floor: number): unknown[] {
  const named = z.looseObject({ rule: z.string() });
  return rules.map((rule) => {
    const setting = named.parse(rule);
    return setting.rule === 'ap50-floor' ? { ...setting, floor } : setting;
  });
}

function rulesIn(environment: Environment): unknown[] {
  return Object.entries(environment).flatMap(([name, text]) => {
    if (!name.startsWith(RULE_PREFIX) || text === undefined) return [];
    try {
      return [JSON.parse(text)];
    } catch (cause) {
      throw new Error(`${name} isn't JSON: ${text}. Set it through the pipeline's parameter.`, { cause });
    }
  });
}
