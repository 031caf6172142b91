import type { Catcher, MapState, ParallelState, State, TaskState } from '../definition/definition.ts';
import type { Json, JsonObject } from '../json.ts';
import { evaluate, evaluateNumber, evaluateString, type Scope } from './expression.ts';
import { type Failure, StateError } from './failure.ts';
import type { Fork } from './frame.ts';
import { LONGEST_PAYLOAD, type Moment, scopeOf } from './run.ts';

/** What a frame does next. Made by evaluating expressions, which takes time; carried out in one turn by `apply`. */
export type Decision =
  /** The state is over; without `next` the frame is. */
  | { kind: 'leave'; output: Json; assign: JsonObject; next?: string }
  | { kind: 'wait'; until: number }
  | { kind: 'task'; arguments: Json; timeoutSeconds?: number; heartbeatSeconds?: number }
  | { kind: 'fork'; fork: Fork }
  /** A Fail state: the frame fails, whatever its state's neighbours could catch. */
  | { kind: 'end'; failure: Failure };

/** Decides for a frame whose step has come. Throws a {@link StateError}. */
export async function decide(moment: Moment): Promise<Decision> {
  const { frame, state } = moment;
  switch (frame.phase) {
    case 'caught':
      return recovered(moment);
    case 'wait':
      return leaving(state, scopeOf(moment), frame.input);
    case 'fork':
      return withResult(moment, joined(frame.fork));
    default:
      return entered(moment);
  }
}

/** The result of a Parallel or Map: failed iterations that were tolerated have none. */
function joined(fork: Fork | undefined): Json {
  return (fork?.results ?? []).filter((_, index) => fork?.done[index]);
}

async function entered(moment: Moment): Promise<Decision> {
  const { frame, state } = moment;
  const scope = scopeOf(moment);
  switch (state.Type) {
    case 'Pass':
    case 'Succeed':
      return leaving(state, scope, frame.input);
    case 'Wait':
      return { kind: 'wait', until: await endOfWait(moment, scope) };
    case 'Choice':
      for (const [index, rule] of state.Choices.entries()) {
        const holds = await evaluate(rule.Condition, scope, `Choices[${index}]/Condition`);
        if (typeof holds !== 'boolean')
          throw new StateError(
            'States.QueryEvaluationError',
            `The field 'Choices[${index}]/Condition' must be a boolean, but is ${JSON.stringify(holds)}.`,
            'Condition',
          );
        if (holds) return leaving(rule, scope, frame.input, rule.Next);
      }
      if (state.Default === undefined)
        throw new StateError(
          'States.NoChoiceMatched',
          `No choice of state '${frame.state}' matched, and it has no Default.`,
        );
      return leaving(state, scope, frame.input, state.Default);
    case 'Fail': {
      const error = state.Error === undefined ? '' : await evaluateString(state.Error, scope, 'Error');
      const cause = state.Cause === undefined ? '' : await evaluateString(state.Cause, scope, 'Cause');
      return { kind: 'end', failure: { error, cause } };
    }
    case 'Task':
      return task(state, moment, scope);
    case 'Parallel': {
      const input = state.Arguments === undefined ? frame.input : await evaluate(state.Arguments, scope, 'Arguments');
      return {
        kind: 'fork',
        fork: newFork(
          'Parallel',
          state.Branches.map(() => input),
          state.Branches.length,
        ),
      };
    }
    case 'Map':
      return { kind: 'fork', fork: await mapped(state, moment, scope) };
  }
}

async function endOfWait({ frame, state }: Moment, scope: Scope): Promise<number> {
  if (state.Type !== 'Wait') return frame.enteredAt;
  if (state.Seconds !== undefined)
    return frame.enteredAt + 1000 * (await evaluateNumber(state.Seconds, scope, 'Seconds'));
  const timestamp = await evaluateString(state.Timestamp ?? '', scope, 'Timestamp');
  const until = Date.parse(timestamp);
  if (Number.isNaN(until) || !timestamp.includes('T'))
    throw new StateError(
      'States.QueryEvaluationError',
      `The field 'Timestamp' must be a timestamp such as 2026-03-04T10:11:12Z, but is ${JSON.stringify(timestamp)}.`,
      'Timestamp',
    );
  return until;
}

async function task(state: TaskState, { frame }: Moment, scope: Scope): Promise<Decision> {
  const given = state.Arguments === undefined ? frame.input : await evaluate(state.Arguments, scope, 'Arguments');
  const seconds = async (field: 'TimeoutSeconds' | 'HeartbeatSeconds') =>
    state[field] === undefined ? undefined : evaluateNumber(state[field], scope, field);
  const timeoutSeconds = await seconds('TimeoutSeconds');
  const heartbeatSeconds = await seconds('HeartbeatSeconds');
  return { kind: 'task', arguments: given, timeoutSeconds, heartbeatSeconds };
}

/** The most iterations of an inline Map that run at once ("Using Map state in Inline mode"). */
const INLINE_CONCURRENCY = 40;

async function mapped(state: MapState, moment: Moment, scope: Scope): Promise<Fork> {
  const items = state.Items === undefined ? moment.frame.input : await evaluate(state.Items, scope, 'Items');
  if (!Array.isArray(items))
    throw new StateError(
      'States.QueryEvaluationError',
      `The field 'Items' must be an array, but is ${JSON.stringify(items).slice(0, 200)}.`,
      'Items',
    );
  const inputs = state.ItemSelector === undefined ? items : await selected(state.ItemSelector, items, scope);
  const number = async (field: 'MaxConcurrency' | 'ToleratedFailureCount' | 'ToleratedFailurePercentage') =>
    state[field] === undefined ? undefined : evaluateNumber(state[field], scope, field);
  const concurrency = (await number('MaxConcurrency')) || INLINE_CONCURRENCY;
  const count = await number('ToleratedFailureCount');
  const percentage = await number('ToleratedFailurePercentage');
  const limits = [count, percentage === undefined ? undefined : (percentage / 100) * items.length].filter(
    (limit) => limit !== undefined,
  );
  return {
    ...newFork('Map', inputs, Math.min(concurrency, INLINE_CONCURRENCY)),
    items,
    ...(limits.length > 0 && { tolerated: Math.min(...limits) }),
  };
}

async function selected(selector: Json, items: Json[], scope: Scope): Promise<Json[]> {
  const inputs: Json[] = [];
  for (const [Index, Value] of items.entries()) {
    const context = { ...scope.states.context, Map: { Item: { Index, Value } } };
    inputs.push(await evaluate(selector, { ...scope, states: { ...scope.states, context } }, 'ItemSelector'));
  }
  return inputs;
}

function newFork(kind: Fork['kind'], inputs: Json[], concurrency: number): Fork {
  return {
    kind,
    inputs,
    next: 0,
    concurrency,
    results: inputs.map(() => null),
    settled: 0,
    done: inputs.map(() => false),
    failures: 0,
  };
}

/** A Task's, Parallel's or Map's way out. */
export function withResult(moment: Moment, result: Json): Promise<Decision> {
  return leaving(moment.state, scopeOf(moment, { result }), result);
}

async function recovered(moment: Moment): Promise<Decision> {
  const { frame, state } = moment;
  const catcher: Catcher | undefined = 'Catch' in state ? state.Catch?.[frame.caught?.catcher ?? 0] : undefined;
  if (!catcher || !frame.caught) throw new Error(`frame ${frame.id} was caught by a catcher that its state lacks`);
  const { error, cause } = frame.caught.failure;
  const errorOutput = { Error: error, Cause: cause };
  return leaving(catcher, scopeOf(moment, { errorOutput }), errorOutput, catcher.Next);
}

type Leavable = Pick<ParallelState, 'Assign' | 'Output'> | State;

/** `Assign` and `Output`, both of which see the variables as they were. */
async function leaving(
  from: Leavable,
  scope: Scope,
  fallback: Json,
  next = 'Next' in from ? from.Next : undefined,
): Promise<Decision> {
  const assign: JsonObject = {};
  if ('Assign' in from)
    for (const [name, template] of Object.entries(from.Assign ?? {}))
      assign[name] = await evaluate(template, scope, `Assign/${name}`);
  const template = 'Output' in from ? from.Output : undefined;
  const output = template === undefined ? fallback : await evaluate(template, scope, 'Output');
  const bytes = Buffer.byteLength(JSON.stringify(output));
  if (bytes > LONGEST_PAYLOAD)
    throw new StateError(
      'States.DataLimitExceeded',
      `The output of ${bytes} bytes exceeds the limit of ${LONGEST_PAYLOAD} bytes. Hand over a location in S3 instead.`,
    );
  return { kind: 'leave', output, assign, next };
}
