import type { State, States } from './definition.ts';
import { type Problem, schemaProblem } from './problem.ts';
import { blocksOf } from './state-rules.ts';

/** How the states of each block lead to one another: every way leads to a state, every state can be reached, one ends. */
export function flowProblems(block: States, location = '', names = new Set<string>()): Problem[] {
  const states = Object.entries(block.States);
  const here = (name: string) => `${location}/States/${name}`;
  const missing = (target: string, at: string): Problem[] =>
    block.States[target]
      ? []
      : [{ code: 'MISSING_TRANSITION_TARGET', message: `Missing 'Next' target: ${target}`, location: at }];
  const reached = new Set([block.StartAt, ...states.flatMap(([, state]) => targetsOf(state))]);
  return [
    ...missing(block.StartAt, `${location}/StartAt`),
    ...states.flatMap(([name, state]) => targetsOf(state).flatMap((target) => missing(target, `${here(name)}/Next`))),
    ...states
      .filter(([name]) => !reached.has(name))
      .map(([name]) => ({
        code: 'MISSING_TRANSITION_TARGET',
        message: `State "${name}" is not reachable.`,
        location: here(name),
      })),
    ...(states.some(([, state]) => endsBlock(state))
      ? []
      : [{ code: 'MISSING_TERMINAL_STATE', message: 'No terminal state was found: one needs "End": true.', location }]),
    ...states.flatMap(([name, state]) => wayOutProblems(name, state, here(name), names)),
    ...states.flatMap(([name, state]) =>
      blocksOf(state).flatMap(([inner, step]) => flowProblems(inner, `${here(name)}/${step}`, names)),
    ),
  ];
}

function endsBlock(state: State): boolean {
  return state.Type === 'Succeed' || state.Type === 'Fail' || ('End' in state && state.End === true);
}

function wayOutProblems(name: string, state: State, location: string, names: Set<string>): Problem[] {
  const taken = names.has(name);
  names.add(name);
  const needsOne = state.Type !== 'Succeed' && state.Type !== 'Fail' && state.Type !== 'Choice';
  return [
    ...(taken ? [{ code: 'DUPLICATE_STATE_NAME', message: `The name ${name} is used twice.`, location }] : []),
    ...(name.length > 80 ? [schemaProblem('A state has a name of at most 80 characters.', location)] : []),
    ...(needsOne && (state.Next === undefined) === (state.End !== true)
      ? [schemaProblem('A state has exactly one of "Next" and "End": true.', location)]
      : []),
  ];
}

function targetsOf(state: State): string[] {
  return [
    ...('Next' in state && state.Next !== undefined ? [state.Next] : []),
    ...('Default' in state && state.Default !== undefined ? [state.Default] : []),
    ...('Choices' in state ? state.Choices.map(({ Next }) => Next) : []),
    ...(('Catch' in state && state.Catch) || []).map(({ Next }) => Next),
  ];
}
