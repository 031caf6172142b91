import type { Kernel } from '../../kernel/kernel.ts';
import type { State, States } from '../definition/definition.ts';
import type { Execution, Executions } from '../executions.ts';
import type { EventDraft, History } from '../history.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Machines } from '../machines.ts';
import type { Scope } from './expression.ts';
import type { Frame } from './frame.ts';

/** What the interpreter works on. */
export interface Run {
  kernel: Kernel;
  machines: Machines;
  executions: Executions;
  history: History;
}

/** A frame at a moment, with all that a decision about it needs. */
export interface Moment {
  execution: Execution;
  frame: Frame;
  state: State;
}

/** Work in the outbox for a frame: out of date when the frame's `seq` has moved on. */
export interface FrameWork {
  frame: string;
  seq: number;
}

/** The frame at `seq`, unless it has moved on or its execution has ended. */
export function momentOf(run: Run, work: FrameWork): Moment | undefined {
  const frame = run.executions.frame(work.frame);
  if (frame?.seq !== work.seq) return undefined;
  const execution = run.executions.get(frame.executionArn);
  if (execution?.status !== 'RUNNING') return undefined;
  return { execution, frame, state: stateOf(execution, frame) };
}

/** The frame's block of states. */
export function blockOf(execution: Execution, frame: Frame): States {
  // The path was taken from this very definition: each step of it exists.
  let at: unknown = execution.definition;
  for (const key of frame.block) at = at instanceof Object ? Reflect.get(at, key) : undefined;
  return at as States;
}

export function stateOf(execution: Execution, frame: Frame): State {
  const state = blockOf(execution, frame).States[frame.state];
  if (!state) throw new Error(`execution ${execution.arn} is at state ${frame.state}, which its definition lacks`);
  return state;
}

/** What the frame's expressions may use: `$states` and the variables. */
export function scopeOf({ execution, frame }: Moment, more: { result?: Json; errorOutput?: Json } = {}): Scope {
  return { states: { input: frame.input, context: contextOf(execution, frame), ...more }, variables: frame.variables };
}

/** "Accessing execution data from the Context object". */
function contextOf(execution: Execution, frame: Frame): JsonObject {
  return {
    Execution: {
      Id: execution.arn,
      Input: JSON.parse(execution.input),
      Name: execution.name,
      RoleArn: execution.roleArn,
      StartTime: new Date(execution.startDate).toISOString(),
      RedriveCount: 0,
    },
    State: {
      EnteredTime: new Date(frame.enteredAt).toISOString(),
      Name: frame.state,
      RetryCount: frame.retries.reduce((sum, count) => sum + count, 0),
    },
    StateMachine: { Id: execution.machineArn, Name: execution.machineName },
    ...(frame.item && { Map: { Item: { Index: frame.item.index, Value: frame.item.value } } }),
  };
}

/** Writes an event of the frame into the history, following from the frame's last one. */
export function record(run: Run, frame: Frame, event: EventDraft): void {
  frame.lastEvent = run.history.append(frame.executionArn, run.kernel.clock.now(), frame.lastEvent, event);
}

/** Saves a frame at its next moment; `step` says when the interpreter turns to it (ms since the epoch). */
export function save(run: Run, frame: Frame, step?: { at: number }): void {
  frame.seq++;
  run.executions.putFrame(frame);
  if (step) {
    const work: FrameWork = { frame: frame.id, seq: frame.seq };
    run.kernel.outbox.add('sfn:step', work, { at: step.at, id: `sfn:step:${frame.id}` });
  }
}
