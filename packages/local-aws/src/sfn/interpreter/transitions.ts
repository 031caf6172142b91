import type { EventDraft } from '../history.ts';
import type { Json } from '../json.ts';
import type { Decision } from './decide.ts';
import { endExecution, removeFrame } from './execution-end.ts';
import { type Failure, matches } from './failure.ts';
import type { Fork, Frame } from './frame.ts';
import { retryDelay } from './retry.ts';
import { blockOf, type Moment, type Run, record, save, stateOf } from './run.ts';

type Place = Pick<Moment, 'execution' | 'frame'>;

/** The frame enters a state of its block. */
export function enter(run: Run, { execution, frame }: Place, name: string, input: Json): void {
  const now = run.kernel.clock.now();
  Object.assign(frame, { state: name, input, enteredAt: now, retries: [] });
  restart(frame);
  record(run, frame, {
    type: eventType(stateOf(execution, frame).Type, 'StateEntered'),
    stateEnteredEventDetails: { name, input: JSON.stringify(input), inputDetails: { truncated: false } },
  });
  frame.enteredEvent = frame.lastEvent;
  save(run, frame, { at: now });
}

/** Back to the moment of entering: nothing begun. */
function restart(frame: Frame): void {
  frame.phase = 'enter';
  for (const key of ['arguments', 'at', 'job', 'fork', 'caught'] as const) delete frame[key];
}

export function leave(run: Run, moment: Place, decision: Decision & { kind: 'leave' }): void {
  const { execution, frame } = moment;
  const { output, assign, next } = decision;
  Object.assign(frame.variables, assign);
  const assigned = Object.entries(assign).map(([name, value]) => [name, JSON.stringify(value)]);
  record(run, frame, {
    type: eventType(stateOf(execution, frame).Type, 'StateExited'),
    stateExitedEventDetails: {
      name: frame.state,
      output: JSON.stringify(output),
      outputDetails: { truncated: false },
      ...(assigned.length > 0 && {
        assignedVariables: Object.fromEntries(assigned),
        assignedVariablesDetails: { truncated: false },
      }),
    },
  });
  if (next !== undefined) enter(run, moment, next, output);
  else if (frame.parent === undefined) endExecution(run, execution, { status: 'SUCCEEDED', output }, frame.lastEvent);
  else {
    const { parent, fork } = parentOf(run, frame);
    const index = frame.index ?? 0;
    fork.results[index] = output;
    fork.done[index] = true;
    childSettled(run, execution, parent, frame, 'Succeeded');
  }
}

/** A Parallel or Map begins its children. */
export function beginFork(run: Run, { execution, frame }: Place, fork: Fork): void {
  frame.phase = 'fork';
  frame.fork = fork;
  record(run, frame, {
    type: eventType(fork.kind, 'StateStarted'),
    ...(fork.kind === 'Map' && { mapStateStartedEventDetails: { length: fork.inputs.length } }),
  });
  continueFork(run, { execution, frame }, fork, frame.lastEvent);
}

/** Begins as many children as may run, all of them following from the event `base`; or joins what they gave. */
function continueFork(run: Run, { execution, frame }: Place, fork: Fork, base: number): void {
  const children: Frame[] = [];
  while (fork.next < fork.inputs.length && fork.next - fork.settled < fork.concurrency)
    children.push(newChild(run, frame, fork, fork.next++, base));
  for (const child of children)
    enter(run, { execution, frame: child }, blockOf(execution, child).StartAt, fork.inputs[child.index ?? 0] ?? null);
  if (fork.settled < fork.inputs.length) save(run, frame);
  else {
    aside(run, frame, { type: eventType(fork.kind, 'StateSucceeded') });
    save(run, frame, { at: run.kernel.clock.now() });
  }
}

function newChild(run: Run, parent: Frame, fork: Fork, index: number, base: number): Frame {
  const item = fork.items ? { index, value: fork.items[index] ?? null } : parent.item;
  const child: Frame = {
    // Unlike any earlier child's: work that is still under way for that one must not find this one.
    id: `${parent.id}/${base}.${index}`,
    executionArn: parent.executionArn,
    seq: 0,
    block: [
      ...parent.block,
      'States',
      parent.state,
      ...(fork.kind === 'Map' ? ['ItemProcessor'] : ['Branches', index]),
    ],
    parent: parent.id,
    index,
    state: '',
    phase: 'enter',
    input: null,
    variables: structuredClone(parent.variables),
    enteredAt: 0,
    enteredEvent: 0,
    lastEvent: base,
    retries: [],
    ...(item && { item }),
  };
  if (fork.kind === 'Map')
    record(run, child, {
      type: 'MapIterationStarted',
      mapIterationStartedEventDetails: { name: parent.state, index },
    });
  return child;
}

function parentOf(run: Run, child: Frame): { parent: Frame; fork: Fork } {
  const parent = run.executions.frame(child.parent ?? '');
  if (!parent?.fork) throw new Error(`frame ${child.id} has no parent that forked`);
  return { parent, fork: parent.fork };
}

/** A child has ended, well or within what the Map tolerates. */
function childSettled(
  run: Run,
  execution: Moment['execution'],
  parent: Frame,
  child: Frame,
  how: 'Succeeded' | 'Failed',
): void {
  const { fork } = parent;
  if (!fork) throw new Error(`frame ${parent.id} has not forked`);
  fork.settled++;
  // The next iteration follows from the last state's event, not from the iteration's.
  const base = child.lastEvent;
  if (fork.kind === 'Map') record(run, child, iterationEvent(how, parent.state, child.index ?? 0));
  parent.lastEvent = child.lastEvent;
  removeFrame(run, execution, child);
  continueFork(run, { execution, frame: parent }, fork, base);
}

function iterationEvent(how: 'Succeeded' | 'Failed' | 'Aborted', name: string, index: number): EventDraft {
  const details = { name, index };
  if (how === 'Succeeded') return { type: 'MapIterationSucceeded', mapIterationSucceededEventDetails: details };
  if (how === 'Failed') return { type: 'MapIterationFailed', mapIterationFailedEventDetails: details };
  return { type: 'MapIterationAborted', mapIterationAbortedEventDetails: details };
}

/** The frame's state has failed: it is retried, caught, or the frame fails with it. */
export function failState(run: Run, moment: Moment, failure: Failure): void {
  const { frame, state } = moment;
  // Whoever has caught an error, and fails over handling it, isn't asked again.
  const open = frame.phase !== 'caught';
  const covers = (entry: { ErrorEquals: string[] }) =>
    open &&
    (matches(entry.ErrorEquals, failure.error) ||
      (state.Type === 'Parallel' &&
        failure.error !== 'States.Runtime' &&
        entry.ErrorEquals.includes('States.BranchFailed')));
  const retriers = ('Retry' in state && state.Retry) || [];
  const catchers = ('Catch' in state && state.Catch) || [];
  const now = run.kernel.clock.now();
  const retrying = retriers.findIndex(covers);
  const retrier = retriers[retrying];
  const retried = frame.retries[retrying] ?? 0;
  const catcher = catchers.findIndex(covers);
  if (retrier && retried < retrier.MaxAttempts) {
    restart(frame);
    frame.retries = retriers.map((_, other) => (frame.retries[other] ?? 0) + (other === retrying ? 1 : 0));
    save(run, frame, { at: now + retryDelay(retrier, retried) });
  } else if (catcher >= 0) {
    restart(frame);
    frame.phase = 'caught';
    frame.caught = { catcher, failure };
    save(run, frame, { at: now });
  } else failFrame(run, moment, failure);
}

/** The frame fails: with it the Parallel or Map around it, or the execution. */
export function failFrame(run: Run, { execution, frame }: Place, failure: Failure): void {
  if (frame.parent === undefined) {
    endExecution(run, execution, { status: 'FAILED', failure }, frame.lastEvent);
    return;
  }
  const { parent, fork } = parentOf(run, frame);
  fork.failures++;
  if (fork.tolerated !== undefined && fork.failures <= fork.tolerated && failure.error !== 'States.Runtime') {
    childSettled(run, execution, parent, frame, 'Failed');
    return;
  }
  parent.lastEvent = frame.lastEvent;
  if (fork.kind === 'Map') aside(run, parent, iterationEvent('Failed', parent.state, frame.index ?? 0));
  abortChildren(run, execution, parent, frame);
  record(run, parent, { type: eventType(fork.kind, 'StateFailed') });
  const tooMany: Failure = {
    error: 'States.ExceedToleratedFailureThreshold',
    cause: `${fork.failures} of ${fork.inputs.length} iterations failed, more than is tolerated. The last one: ${failure.error}: ${failure.cause}`,
  };
  const moment = { execution, frame: parent, state: stateOf(execution, parent) };
  failState(run, moment, fork.tolerated === undefined || failure.error === 'States.Runtime' ? failure : tooMany);
}

/** The states and iterations that a failed one takes with it, the innermost first; all follow from its failure. */
function abortChildren(run: Run, execution: Moment['execution'], parent: Frame, failed: Frame): void {
  const inside = run.executions.framesOf(execution.arn).filter(({ id }) => id.startsWith(`${parent.id}/`));
  for (const frame of inside.toSorted((a, b) => b.block.length - a.block.length)) {
    removeFrame(run, execution, frame);
    if (frame.id === failed.id) continue;
    const { Type } = stateOf(execution, frame);
    if (Type === 'Task' || Type === 'Wait' || Type === 'Map' || Type === 'Parallel')
      aside(run, parent, { type: eventType(Type, 'StateAborted') });
    const around = inside.find(({ id }) => id === frame.parent) ?? parent;
    if (around.fork?.kind === 'Map') aside(run, parent, iterationEvent('Aborted', around.state, frame.index ?? 0));
  }
}

/** Writes an event that follows from the frame's last one, and from which nothing follows. */
function aside(run: Run, frame: Frame, event: EventDraft): void {
  record(run, { ...frame }, event);
}

/** `MapStateEntered` and its like: the names are formed regularly. */
function eventType(state: string, what: string): EventDraft['type'] {
  return `${state}${what}` as EventDraft['type'];
}
