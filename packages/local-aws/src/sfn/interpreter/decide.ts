import type { Catcher, MapState, TaskState } from '../definition/definition.ts';
import { isTimestamp } from '../definition/timestamp.ts';
import type { Json, JsonObject } from '../json.ts';
import { evaluate, evaluateInteger, evaluateTo, queryError, type Scope } from './expression.ts';
import { type Failure, StateError } from './failure.ts';
import type { Fork, Frame } from './frame.ts';
import { checkPayload } from './payload.ts';
import { type Moment, scopeOf } from './run.ts';

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
  const { frame } = moment;
  switch (frame.phase) {
    case 'caught':
      return recovered(moment);
    case 'wait':
      return leaving(moment, scopeOf(moment), frame.input);
    case 'fork':
      return withResult(moment, joined(frame));
    default:
      return entered(moment);
  }
}

/** The result of a Parallel or Map: failed iterations that were tolerated have none. */
function joined({ fork, state }: Frame): Json {
  const results = (fork?.results ?? []).filter((_, index) => fork?.done[index]);
  checkPayload(JSON.stringify(results), state, 'returned a result');
  return results;
}

async function entered(moment: Moment): Promise<Decision> {
  const { frame, state } = moment;
  const scope = scopeOf(moment);
  switch (state.Type) {
    case 'Pass':
    case 'Succeed':
      return leaving(moment, scope, frame.input);
    case 'Wait':
      return { kind: 'wait', until: await endOfWait(moment, scope) };
    case 'Choice':
      for (const [index, rule] of state.Choices.entries()) {
        const holds = await evaluateTo('boolean', rule.Condition, scope, `Choices[${index}]/Condition`);
        if (holds) return leaving(moment, scope, frame.input, rule);
      }
      if (state.Default === undefined)
        throw new StateError(
          'States.NoChoiceMatched',
          `No choice of state '${frame.state}' matched, and it has no Default.`,
        );
      return leaving(moment, scope, frame.input, { ...state, Next: state.Default });
    case 'Fail': {
      const error = state.Error === undefined ? '' : await evaluateTo('string', state.Error, scope, 'Error');
      const cause = state.Cause === undefined ? '' : await evaluateTo('string', state.Cause, scope, 'Cause');
      return { kind: 'end', failure: { error, cause } };
    }
    case 'Task':
      return task(state, moment, scope);
    case 'Parallel': {
      const input = await argumentsOf(state, moment, scope);
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
      return { kind: 'fork', fork: await mapped(state, scope) };
  }
}

async function endOfWait({ frame, state }: Moment, scope: Scope): Promise<number> {
  if (state.Type !== 'Wait') return frame.enteredAt;
  if (state.Seconds !== undefined)
    return frame.enteredAt + 1000 * (await evaluateInteger(state.Seconds, scope, 'Seconds'));
  const timestamp = await evaluateTo('string', state.Timestamp ?? '', scope, 'Timestamp');
  if (!isTimestamp(timestamp))
    throw queryError(
      `The field 'Timestamp' must be a timestamp such as 2026-03-04T10:11:12Z, but is ${JSON.stringify(timestamp)}.`,
      'Timestamp',
    );
  return Date.parse(timestamp);
}

/** What a Task or Parallel works on. */
async function argumentsOf(state: Pick<TaskState, 'Arguments'>, { frame }: Moment, scope: Scope): Promise<Json> {
  if (state.Arguments === undefined) return frame.input;
  const given = await evaluate(state.Arguments, scope, 'Arguments');
  checkPayload(JSON.stringify(given), frame.state, 'was given an input');
  return given;
}

async function task(state: TaskState, moment: Moment, scope: Scope): Promise<Decision> {
  const given = await argumentsOf(state, moment, scope);
  const seconds = async (field: 'TimeoutSeconds' | 'HeartbeatSeconds') =>
    state[field] === undefined ? undefined : evaluateInteger(state[field], scope, field, 1);
  const timeoutSeconds = await seconds('TimeoutSeconds');
  const heartbeatSeconds = await seconds('HeartbeatSeconds');
  return { kind: 'task', arguments: given, timeoutSeconds, heartbeatSeconds };
}

/** The most iterations of an inline Map that run at once ("Using Map state in Inline mode"). */
const INLINE_CONCURRENCY = 40;

async function mapped(state: MapState, scope: Scope): Promise<Fork> {
  const items = await evaluateTo('array', state.Items ?? '{% $states.input %}', scope, 'Items');
  const inputs = state.ItemSelector === undefined ? items : await selected(state.ItemSelector, items, scope);
  const given = async (field: 'MaxConcurrency' | 'ToleratedFailureCount' | 'ToleratedFailurePercentage') =>
    state[field] === undefined ? undefined : evaluateInteger(state[field], scope, field);
  const concurrency = (await given('MaxConcurrency')) || INLINE_CONCURRENCY;
  const count = await given('ToleratedFailureCount');
  const percentage = await given('ToleratedFailurePercentage');
  if (percentage !== undefined && percentage > 100)
    throw queryError(
      `The field 'ToleratedFailurePercentage' must be 100 at most, but is ${percentage}.`,
      'ToleratedFailurePercentage',
    );
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
  return leaving(moment, scopeOf(moment, { result }), result);
}

async function recovered(moment: Moment): Promise<Decision> {
  const { frame, state } = moment;
  const catcher: Catcher | undefined = 'Catch' in state ? state.Catch?.[frame.caught?.catcher ?? 0] : undefined;
  if (!catcher || !frame.caught) throw new Error(`frame ${frame.id} was caught by a catcher that its state lacks`);
  const { error, cause } = frame.caught.failure;
  const errorOutput = { Error: error, Cause: cause };
  return leaving(moment, scopeOf(moment, { errorOutput }), errorOutput, catcher);
}

/** Where `Assign`, `Output` and `Next` stand: in the state, or in the rule or catcher that leads out of it. */
interface WayOut {
  Assign?: JsonObject | undefined;
  Output?: Json | undefined;
  Next?: string | undefined;
  Comment?: string | undefined;
}

/** `Assign` and `Output`, both of which see the variables as they were. */
async function leaving({ frame, state }: Moment, scope: Scope, fallback: Json, way: WayOut = state): Promise<Decision> {
  const assign: JsonObject = {};
  for (const [name, template] of Object.entries(way.Assign ?? {}))
    assign[name] = await evaluate(template, scope, `Assign/${name}`);
  const output = way.Output === undefined ? fallback : await evaluate(way.Output, scope, 'Output');
  checkPayload(JSON.stringify(output), frame.state, 'returned a result');
  return { kind: 'leave', output, assign, next: way.Next };
}
