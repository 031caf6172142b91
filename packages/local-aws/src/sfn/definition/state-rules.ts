import { integrationOf } from '../tasks/integration.ts';
import type { State, States } from './definition.ts';
import { referenceProblems } from './expressions.ts';
import { type Problem, schemaProblem } from './problem.ts';

/** What a schema can't say about the states of a block; `outer` are the variables of the blocks around it. */
export function stateProblems(block: States, location: string, outer: readonly string[] = []): Problem[] {
  const own = Object.values(block.States).flatMap(assignedBy);
  return Object.entries(block.States).flatMap(([name, state]) => {
    const here = `${location}/States/${name}`;
    return [
      ...[...recoveryProblems(state), ...timeProblems(state), ...scopeProblems(state, outer)].map((message) =>
        schemaProblem(message, here),
      ),
      ...referenceProblems({ ...state }, here),
      ...resourceProblems(state, name, here),
      ...blocksOf(state).flatMap(([inner, step]) => stateProblems(inner, `${here}/${step}`, [...outer, ...own])),
    ];
  });
}

/** The blocks of states inside a state, each with the way to it. */
export function blocksOf(state: State): [States, string][] {
  if (state.Type === 'Map') return [[state.ItemProcessor, 'ItemProcessor']];
  return state.Type === 'Parallel' ? state.Branches.map((branch, index) => [branch, `Branches/${index}`]) : [];
}

function resourceProblems(state: State, name: string, location: string): Problem[] {
  if (state.Type !== 'Task' || integrationOf(state.Resource) !== undefined) return [];
  const message = `The resource '${state.Resource}' of state '${name}' is not implemented by this endpoint.`;
  return [{ code: 'RESOURCE_NOT_SUPPORTED', message, location }];
}

/** `States.ALL` stands alone, and last; delays grow from the interval to the longest. */
function recoveryProblems(state: State): string[] {
  const retriers = ('Retry' in state && state.Retry) || [];
  const catchers = ('Catch' in state && state.Catch) || [];
  return [
    ...[retriers, catchers].flatMap((list) =>
      list.flatMap((entry, index) =>
        entry.ErrorEquals.includes('States.ALL') && (entry.ErrorEquals.length > 1 || index < list.length - 1)
          ? ['States.ALL must appear alone, and in the last entry.']
          : [],
      ),
    ),
    ...retriers.flatMap(({ MaxDelaySeconds, IntervalSeconds }) =>
      MaxDelaySeconds !== undefined && MaxDelaySeconds <= IntervalSeconds
        ? ['MaxDelaySeconds must be greater than IntervalSeconds.']
        : [],
    ),
  ];
}

function timeProblems(state: State): string[] {
  if (state.Type === 'Wait')
    return (state.Seconds === undefined) === (state.Timestamp === undefined)
      ? ['A Wait has exactly one of Seconds and Timestamp.']
      : [];
  if (state.Type !== 'Task') return [];
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state;
  return typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout
    ? ['HeartbeatSeconds must be smaller than TimeoutSeconds.']
    : [];
}

/** "An inner scope cannot assign a variable with the same name as one of an outer scope." */
function scopeProblems(state: State, outer: readonly string[]): string[] {
  return assignedBy(state)
    .filter((name) => outer.includes(name))
    .map((name) => `The variable '${name}' belongs to a scope around this one, and cannot be assigned here.`);
}

/** The variables that a state assigns, on any way out of it. */
function assignedBy(state: State): string[] {
  const waysOut = [
    'Assign' in state ? state : {},
    ...(('Catch' in state && state.Catch) || []),
    ...('Choices' in state ? state.Choices : []),
  ];
  return waysOut.flatMap((way) => Object.keys(('Assign' in way && way.Assign) || {}));
}
