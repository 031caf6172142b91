import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matches } from '../interpreter/failure.ts';
import { block, call, machine } from '../testing.ts';
import { type Conformance, conformanceLab, doing, failing } from './functions.ts';

/** Every error name of "Error handling in Step Functions workflows", what covers it, and what Catch makes of it. */

describe('ErrorEquals', () => {
  test.each<[string, string, string, boolean]>([
    ['States.ALL: a wildcard', 'States.ALL', 'Custom', true],
    ['States.ALL covers timeouts', 'States.ALL', 'States.Timeout', true],
    ['States.ALL covers States.QueryEvaluationError', 'States.ALL', 'States.QueryEvaluationError', true],
    ['States.ALL covers States.Permissions', 'States.ALL', 'States.Permissions', true],
    ['States.ALL does not cover States.DataLimitExceeded', 'States.ALL', 'States.DataLimitExceeded', false],
    ['States.ALL does not cover States.Runtime', 'States.ALL', 'States.Runtime', false],
    ['States.TaskFailed: any error', 'States.TaskFailed', 'Custom', true],
    ['… but States.Timeout', 'States.TaskFailed', 'States.Timeout', false],
    ['… covers States.HeartbeatTimeout', 'States.TaskFailed', 'States.HeartbeatTimeout', true],
    ['… not States.DataLimitExceeded', 'States.TaskFailed', 'States.DataLimitExceeded', false],
    ['… not States.Runtime', 'States.TaskFailed', 'States.Runtime', false],
    ['States.Timeout covers a missed heartbeat too', 'States.Timeout', 'States.HeartbeatTimeout', true],
    ['States.HeartbeatTimeout does not cover a timeout', 'States.HeartbeatTimeout', 'States.Timeout', false],
    [
      'States.DataLimitExceeded is covered by its own name',
      'States.DataLimitExceeded',
      'States.DataLimitExceeded',
      true,
    ],
    ['States.Runtime by nothing: it always fails the execution', 'States.Runtime', 'States.Runtime', false],
    ['a name covers itself', 'Custom', 'Custom', true],
    ['and no other, nor a part of it', 'Custom', 'CustomError', false],
    ['case matters', 'custom', 'Custom', false],
  ])('%s', (_rule, name, error, covered) => {
    expect(matches([name], error)).toBe(covered);
  });
});

let lab: Conformance;
beforeAll(async () => {
  lab = await conformanceLab();
});
afterAll(() => lab.close());

const caught = (...names: string[]) => names.map((name) => ({ ErrorEquals: [name], Next: 'Caught', Output: name }));
const CAUGHT = { Caught: { Type: 'Succeed', Output: "{% 'by ' & $states.input %}" } };
const outcome = async (state: Record<string, unknown>, seconds = 0) => {
  const { status, output, error } = await lab.run(
    machine({ S: { ...state }, ...('Catch' in state ? CAUGHT : {}) }),
    {},
    seconds,
  );
  return status === 'SUCCEEDED' ? output : error;
};
const inside = (Type: 'Map' | 'Parallel', state: Record<string, unknown>, more: Record<string, unknown>) =>
  Type === 'Map'
    ? { Type, Items: [1], ItemProcessor: block({ I: state }), End: true, ...more }
    : { Type, Branches: [block({ I: state })], End: true, ...more };
const choice = { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'X' }] };
const twoStates = (first: Record<string, unknown>) => block({ I: first, X: { Type: 'Succeed' } });

describe('Catch', () => {
  test.each<[string, Record<string, unknown>, unknown]>([
    [
      'the first catcher that covers the error is taken',
      failing('E', { Catch: caught('F', 'E', 'States.ALL') }),
      'by E',
    ],
    [
      'an earlier wildcard comes first',
      failing('E', { Catch: caught('States.TaskFailed', 'E') }),
      'by States.TaskFailed',
    ],
    [
      'one catcher may name several errors',
      failing('E', { Catch: [{ ErrorEquals: ['F', 'E'], Next: 'Caught', Output: 'F or E' }] }),
      'by F or E',
    ],
    ['no catcher: the execution fails with the error', failing('E', { Catch: caught('F') }), 'E'],
    [
      'States.QueryEvaluationError of Arguments',
      call('do', { Arguments: '{% $nope %}', Catch: caught('States.QueryEvaluationError') }),
      'by States.QueryEvaluationError',
    ],
    [
      'States.QueryEvaluationError of Output',
      doing('x', { Output: '{% $nope %}', Catch: caught('States.ALL') }),
      'by States.ALL',
    ],
    [
      'States.QueryEvaluationError of Assign',
      doing('x', { Assign: { a: '{% $nope %}' }, Catch: caught('States.ALL') }),
      'by States.ALL',
    ],
    [
      'States.QueryEvaluationError of Items',
      { ...inside('Map', { Type: 'Succeed' }, {}), Items: '{% 1 %}', Catch: caught('States.ALL') },
      'by States.ALL',
    ],
    [
      'a catcher that fails to make its Output fails the state, and is not asked again',
      failing('E', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught', Output: '{% $nope %}' }] }),
      'States.QueryEvaluationError',
    ],
    [
      'States.DataLimitExceeded of a task’s result passes States.ALL',
      call('big', { Arguments: 262_143, Catch: caught('States.ALL') }),
      'States.DataLimitExceeded',
    ],
    [
      'States.DataLimitExceeded by its name',
      call('big', { Arguments: 262_143, Catch: caught('States.DataLimitExceeded') }),
      'by States.DataLimitExceeded',
    ],
    [
      'States.NoChoiceMatched, around it',
      { ...inside('Parallel', {}, { Catch: caught('States.NoChoiceMatched') }), Branches: [twoStates(choice)] },
      'by States.NoChoiceMatched',
    ],
    [
      'States.BranchFailed covers any failure of a branch',
      inside('Parallel', { Type: 'Fail', Error: 'E' }, { Catch: caught('States.BranchFailed') }),
      'by States.BranchFailed',
    ],
    [
      'a branch’s own error name does as well',
      inside('Parallel', { Type: 'Fail', Error: 'E' }, { Catch: caught('E') }),
      'by E',
    ],
    [
      'States.BranchFailed does not cover a Map’s iteration',
      inside('Map', { Type: 'Fail', Error: 'E' }, { Catch: caught('States.BranchFailed') }),
      'E',
    ],
    ['a Map catches its iteration’s error', inside('Map', failing('E'), { Catch: caught('E') }), 'by E'],
    [
      'States.ExceedToleratedFailureThreshold',
      inside('Map', failing('E'), {
        ToleratedFailureCount: 0,
        Catch: caught('E', 'States.ExceedToleratedFailureThreshold'),
      }),
      'by States.ExceedToleratedFailureThreshold',
    ],
    [
      'the innermost catcher that covers it is taken',
      inside(
        'Parallel',
        {
          Type: 'Map',
          Items: [1],
          ItemProcessor: block({ J: failing('E') }),
          Catch: [{ ErrorEquals: ['E'], Next: 'X' }],
          End: true,
        },
        {
          Branches: [
            {
              StartAt: 'I',
              States: {
                I: {
                  Type: 'Map',
                  Items: [1],
                  ItemProcessor: block({ J: failing('E') }),
                  Catch: [{ ErrorEquals: ['E'], Next: 'X', Output: 'inner' }],
                  End: true,
                },
                X: { Type: 'Succeed' },
              },
            },
          ],
          Catch: caught('E'),
        },
      ),
      ['inner'],
    ],
    [
      'States.Runtime of arguments that no API takes',
      {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: {},
        Catch: caught('States.Runtime', 'States.ALL'),
        End: true,
      },
      'States.Runtime',
    ],
    [
      'States.Runtime in a branch passes States.BranchFailed',
      inside(
        'Parallel',
        { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: {}, End: true },
        { Catch: caught('States.BranchFailed') },
      ),
      'States.Runtime',
    ],
    [
      'States.Runtime in an iteration is not tolerated',
      inside(
        'Map',
        { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: {}, End: true },
        { ToleratedFailureCount: 9, Catch: caught('States.Runtime') },
      ),
      'States.Runtime',
    ],
  ])('%s', async (_rule, state, expected) => {
    expect(await outcome(state)).toEqual(expected);
  });

  test.each([
    ['States.Timeout', { TimeoutSeconds: 5 }],
    ['States.HeartbeatTimeout', { HeartbeatSeconds: 5 }],
    ['States.ALL', { TimeoutSeconds: 5 }],
  ])('%s catches a task that takes too long', async (name, more) => {
    expect(await outcome(call('hang', { ...more, Catch: caught(name) }), 5)).toBe(`by ${name}`);
    lab.release();
  });

  test('$states.errorOutput has Error and Cause, for Output and Assign, beside the state’s input', async () => {
    const { output } = await lab.run(
      machine({
        T: failing('E', {
          Catch: [
            {
              ErrorEquals: ['E'],
              Next: 'Done',
              Assign: { error: '{% $states.errorOutput.Error %}' },
              Output: { cause: '{% $parse($states.errorOutput.Cause).errorType %}', input: '{% $states.input %}' },
            },
          ],
        }),
        Done: { Type: 'Succeed', Output: '{% [$error, $states.input] %}' },
      }),
      7,
    );
    expect(output).toEqual(['E', { cause: 'E', input: 7 }]);
  });

  test('without Output the error itself is the input of the next state', async () => {
    const { output } = await lab.run(
      machine({ T: failing('E', { Catch: [{ ErrorEquals: ['E'], Next: 'Done' }] }), Done: { Type: 'Succeed' } }),
    );
    expect(output).toEqual({ Error: 'E', Cause: expect.stringContaining('"errorType":"E"') });
  });
});

describe('a function’s failure', () => {
  test('is named by its errorType, its cause is what it returned', async () => {
    const { error, cause } = await lab.run(machine({ T: failing('Oops') }));
    expect(error).toBe('Oops');
    expect(JSON.parse(cause ?? '')).toMatchObject({ errorType: 'Oops' });
  });
});
