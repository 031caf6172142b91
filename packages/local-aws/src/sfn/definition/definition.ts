import { z } from 'zod';
import type { Json } from '../json.ts';
import { isTimestamp } from './timestamp.ts';

/** `{% … %}`: an expression where a literal could stand. */
const expression = z.string().regex(/^\{%[\s\S]*%\}$/, 'a JSONata expression {% … %} was expected');
const json: z.ZodType<Json> = z.json();
const MOST = 99_999_999;
const count = z.union([z.number().int().nonnegative(), expression]);
/** A time that a task may take. */
const limit = z.union([z.number().int().positive().max(MOST), expression]);
const assign = z.record(
  z
    .string()
    .regex(/^[\p{ID_Start}_][\p{ID_Continue}]{0,79}$/u, 'a variable has a name of at most 80 letters, digits and _')
    .refine((name) => name !== 'states', "'states' is reserved: no variable may have that name"),
  json,
);
const timestamp = z.string().refine(isTimestamp, 'a timestamp such as 2026-03-04T10:11:12Z was expected');

const retrier = z.strictObject({
  ErrorEquals: z.array(z.string()).min(1),
  IntervalSeconds: z.number().int().positive().max(MOST).default(1),
  MaxAttempts: z.number().int().nonnegative().max(MOST).default(3),
  BackoffRate: z.number().min(1).default(2),
  MaxDelaySeconds: z.number().int().positive().max(31_622_400).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).default('NONE'),
  Comment: z.string().optional(),
});

const catcher = z.strictObject({
  ErrorEquals: z.array(z.string()).min(1),
  Next: z.string(),
  Assign: assign.optional(),
  Output: json.optional(),
  Comment: z.string().optional(),
});

const common = { Comment: z.string().optional(), QueryLanguage: z.literal('JSONata').optional() };
const flow = { Next: z.string().optional(), End: z.boolean().optional() };
const result = { Assign: assign.optional(), Output: json.optional() };
const recovery = { Retry: z.array(retrier).optional(), Catch: z.array(catcher).optional() };

const pass = z.strictObject({ Type: z.literal('Pass'), ...common, ...flow, ...result });

const wait = z.strictObject({
  Type: z.literal('Wait'),
  ...common,
  ...flow,
  ...result,
  Seconds: z.union([z.number().int().nonnegative().max(MOST), expression]).optional(),
  Timestamp: z.union([timestamp, expression]).optional(),
});

const choice = z.strictObject({
  Type: z.literal('Choice'),
  ...common,
  ...result,
  Choices: z
    .array(
      z.strictObject({
        Condition: z.union([expression, z.boolean()]),
        Next: z.string(),
        ...result,
        Comment: z.string().optional(),
      }),
    )
    .min(1),
  Default: z.string().optional(),
});

const succeed = z.strictObject({ Type: z.literal('Succeed'), ...common, Output: json.optional() });

const fail = z.strictObject({
  Type: z.literal('Fail'),
  ...common,
  Error: z.string().optional(),
  Cause: z.string().optional(),
});

const task = z.strictObject({
  Type: z.literal('Task'),
  ...common,
  ...flow,
  ...result,
  ...recovery,
  Resource: z.string(),
  Arguments: json.optional(),
  TimeoutSeconds: limit.optional(),
  HeartbeatSeconds: limit.optional(),
});

const parallelFields = z.strictObject({
  Type: z.literal('Parallel'),
  ...common,
  ...flow,
  ...result,
  ...recovery,
  Arguments: json.optional(),
});

const mapFields = z.strictObject({
  Type: z.literal('Map'),
  ...common,
  ...flow,
  ...result,
  ...recovery,
  Items: z.union([z.array(json), expression]).optional(),
  ItemSelector: json.optional(),
  MaxConcurrency: count.optional(),
  ToleratedFailureCount: count.optional(),
  ToleratedFailurePercentage: z.union([z.number().int().min(0).max(100), expression]).optional(),
});

export type Retrier = z.output<typeof retrier>;
export type Catcher = z.output<typeof catcher>;
export type PassState = z.output<typeof pass>;
export type WaitState = z.output<typeof wait>;
export type ChoiceState = z.output<typeof choice>;
export type SucceedState = z.output<typeof succeed>;
export type FailState = z.output<typeof fail>;
export type TaskState = z.output<typeof task>;

/** A block of states with its entry: a machine, a branch, an item processor. */
export interface States {
  StartAt: string;
  States: Record<string, State>;
}

export interface ParallelState extends z.output<typeof parallelFields> {
  Branches: States[];
}

export interface MapState extends z.output<typeof mapFields> {
  ItemProcessor: States;
}

export type State =
  | PassState
  | WaitState
  | ChoiceState
  | SucceedState
  | FailState
  | TaskState
  | ParallelState
  | MapState;

const machine = {
  Comment: z.string().optional(),
  StartAt: z.string(),
  States: z.lazy((): z.ZodType<Record<string, State>> => z.record(z.string(), state)),
};
const processor = z.strictObject({
  ...machine,
  ProcessorConfig: z.strictObject({ Mode: z.literal('INLINE') }).optional(),
});

const state: z.ZodType<State> = z.discriminatedUnion('Type', [
  pass,
  wait,
  choice,
  succeed,
  fail,
  task,
  parallelFields.extend({ Branches: z.array(z.strictObject(machine)).min(1) }),
  mapFields.extend({ ItemProcessor: processor }),
]);

/**
 * A JSONata state machine: the part of the Amazon States Language that is interpreted here. The schema is strict, so
 * that a field that would not be honoured fails the machine's creation by name.
 */
export const definitionSchema = z.strictObject({
  ...machine,
  QueryLanguage: z.literal('JSONata').optional(),
  Version: z.literal('1.0').optional(),
  TimeoutSeconds: z.number().int().positive().max(MOST).optional(),
});

export type Definition = States & { TimeoutSeconds?: number | undefined };
