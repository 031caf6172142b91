import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { administratorCaller } from '../../kernel/caller.ts';
import { ACCOUNT, block, call, machine } from '../testing.ts';
import { type Conformance, conformanceLab, doing } from './functions.ts';

/** Histories as AWS writes them: the events' order, what each follows from, and what they tell. */

let lab: Conformance;
beforeAll(async () => {
  lab = await conformanceLab();
});
afterAll(() => lab.close());

const caller = administratorCaller(ACCOUNT);
/** `5 TaskStateEntered <- 3` for each event. */
const chain = (events: HistoryEvent[]) =>
  events.map(({ id, type, previousEventId }) => `${id} ${type} <- ${previousEventId}`);
const ran = async (states: Record<string, Record<string, unknown>>, input: string | number = 1) => {
  const { arn } = await lab.run(machine(states), input);
  return lab.events(arn);
};
const map = (more: Record<string, unknown>) => ({
  M: { Type: 'Map', Items: [1, 2], ItemProcessor: block({ I: { Type: 'Pass', End: true } }), End: true, ...more },
});

describe('the order of events', () => {
  test('the start and the first state follow from nothing, all else from what was before', async () => {
    expect(chain(await ran({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Succeed' } }))).toEqual([
      '1 ExecutionStarted <- 0',
      '2 PassStateEntered <- 0',
      '3 PassStateExited <- 2',
      '4 SucceedStateEntered <- 3',
      '5 SucceedStateExited <- 4',
      '6 ExecutionSucceeded <- 5',
    ]);
  });

  test('a Map’s next iteration follows from the last state, its end from the last iteration', async () => {
    expect(chain(await ran(map({ MaxConcurrency: 1 })))).toEqual([
      '1 ExecutionStarted <- 0',
      '2 MapStateEntered <- 0',
      '3 MapStateStarted <- 2',
      '4 MapIterationStarted <- 3',
      '5 PassStateEntered <- 4',
      '6 PassStateExited <- 5',
      '7 MapIterationSucceeded <- 6',
      '8 MapIterationStarted <- 6',
      '9 PassStateEntered <- 8',
      '10 PassStateExited <- 9',
      '11 MapIterationSucceeded <- 10',
      '12 MapStateSucceeded <- 11',
      '13 MapStateExited <- 11',
      '14 ExecutionSucceeded <- 13',
    ]);
  });

  test('iterations side by side all start before the first one’s state', async () => {
    expect(chain(await ran(map({}))).slice(2, 7)).toEqual([
      '3 MapStateStarted <- 2',
      '4 MapIterationStarted <- 3',
      '5 MapIterationStarted <- 3',
      '6 PassStateEntered <- 4',
      '7 PassStateEntered <- 5',
    ]);
  });

  test('a failed iteration takes the states and iterations beside it with it', async () => {
    const states = map({
      Items: ['fail', 'wait'],
      ItemProcessor: block({
        C: { Type: 'Choice', Choices: [{ Condition: "{% $states.input = 'fail' %}", Next: 'F' }], Default: 'W' },
        F: { Type: 'Fail', Error: 'E' },
        W: { Type: 'Wait', Seconds: 99, End: true },
      }),
    });
    const events = chain(await ran(states));
    const failed = events.findIndex((event) => event.includes('MapIterationFailed'));
    const from = events[failed]?.split('<- ')[1];
    expect(events.slice(failed)).toEqual([
      `${failed + 1} MapIterationFailed <- ${from}`,
      `${failed + 2} WaitStateAborted <- ${from}`,
      `${failed + 3} MapIterationAborted <- ${from}`,
      `${failed + 4} MapStateFailed <- ${from}`,
      `${failed + 5} ExecutionFailed <- ${failed + 4}`,
    ]);
  });

  test('a failed branch aborts what runs beside it, the innermost first', async () => {
    const states = {
      P: {
        Type: 'Parallel',
        Branches: [
          block({ W: { Type: 'Wait', Seconds: 1, Next: 'F' }, F: { Type: 'Fail', Error: 'E' } }),
          block({ Q: { Type: 'Parallel', Branches: [block({ T: call('hang') })], End: true } }),
        ],
        End: true,
      },
    };
    const { arn } = await lab.run(machine(states), {}, 1);
    expect((await lab.history(arn)).slice(-5)).toEqual([
      'FailStateEntered',
      'TaskStateAborted',
      'ParallelStateAborted',
      'ParallelStateFailed',
      'ExecutionFailed',
    ]);
    lab.release();
  });

  test('a retry schedules the task again, without entering the state again', async () => {
    const { arn } = await lab.run(
      machine({ T: doing({ error: 'E', failures: 1, key: 'history' }, { Retry: [{ ErrorEquals: ['E'] }] }) }),
      {},
      1,
    );
    expect(await lab.history(arn)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      ...['LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionFailed'],
      ...['LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionSucceeded'],
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });
});

describe('what events tell', () => {
  test('a function by its ARN has events of its own kind', async () => {
    const events = await ran({ T: doing({ answer: 2 }, { TimeoutSeconds: 9 }) });
    const resource = 'arn:aws:lambda:eu-west-1:000000000000:function:do';
    expect(events.slice(2, 5)).toMatchObject([
      { lambdaFunctionScheduledEventDetails: { resource, input: '{"answer":2}', timeoutInSeconds: 9 } },
      { type: 'LambdaFunctionStarted' },
      { lambdaFunctionSucceededEventDetails: { output: '2', outputDetails: { truncated: false } } },
    ]);
  });

  test('an integration’s are named after its resource', async () => {
    const Arguments = { FunctionName: 'do', Payload: { error: 'E', cause: 'c' } };
    const events = await ran({ T: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments, End: true } });
    const named = { resourceType: 'lambda', resource: 'invoke' };
    expect(events.slice(2, 5)).toMatchObject([
      { taskScheduledEventDetails: { ...named, region: 'eu-west-1', parameters: JSON.stringify(Arguments) } },
      { taskStartedEventDetails: named },
      { type: 'TaskFailed', taskFailedEventDetails: { ...named, error: 'E' } },
    ]);
  });

  test('a timeout has no cause', async () => {
    const { arn } = await lab.run(machine({ T: call('hang', { TimeoutSeconds: 1 }) }), {}, 1);
    const [timedOut, failed] = (await lab.events(arn)).slice(-2);
    expect(timedOut?.lambdaFunctionTimedOutEventDetails).toEqual({ error: 'States.Timeout' });
    expect(failed?.executionFailedEventDetails).toEqual({ error: 'States.Timeout' });
    lab.release();
  });

  test('variables that were assigned, as JSON', async () => {
    const [, , exited] = await ran({ A: { Type: 'Pass', Assign: { v: { a: 1 } }, End: true } });
    expect(exited?.stateExitedEventDetails).toEqual({
      name: 'A',
      output: '1',
      outputDetails: { truncated: false },
      assignedVariables: { v: '{"a":1}' },
      assignedVariablesDetails: { truncated: false },
    });
  });

  test('an expression that fails: which, where, in which state', async () => {
    const [, , evaluation] = await ran({ A: { Type: 'Pass', Output: { v: '{% $nope %}' }, End: true } });
    expect(evaluation).toMatchObject({
      type: 'EvaluationFailed',
      previousEventId: 2,
      evaluationFailedEventDetails: {
        state: 'A',
        location: 'Output/v',
        error: 'States.QueryEvaluationError',
        cause: "The JSONata expression '$nope' specified for the field 'Output/v' returned nothing (undefined).",
      },
    });
  });

  test('includeExecutionData: false leaves out what went in and came out', async () => {
    const { arn } = await lab.run(machine({ A: { Type: 'Pass', End: true } }));
    const input = { executionArn: arn, includeExecutionData: false };
    const { events } = await lab.kernel.call('sfn', 'GetExecutionHistory', input, caller);
    expect(events?.[1]).toMatchObject({ id: 2, type: 'PassStateEntered', timestamp: expect.any(Date) });
    expect(events?.map((event) => event.stateEnteredEventDetails ?? event.stateExitedEventDetails)).toEqual([
      undefined,
      { name: 'A' },
      { name: 'A' },
      undefined,
    ]);
  });
});

describe('an end from without', () => {
  const waiting = { W: { Type: 'Wait', Seconds: 999, End: true } };

  test('StopExecution: ABORTED, with the caller’s words, following from nothing; again it changes nothing', async () => {
    const arn = await lab.start(machine(waiting));
    await lab.describe(arn);
    const stop = (error?: string) =>
      lab.kernel.call('sfn', 'StopExecution', { executionArn: arn, error, cause: error && 'enough' }, caller);
    const { stopDate } = await stop('Mine');
    expect(await lab.describe(arn)).toMatchObject({ status: 'ABORTED', error: 'Mine', cause: 'enough' });
    expect((await lab.events(arn)).at(-1)).toMatchObject({
      id: 3,
      type: 'ExecutionAborted',
      previousEventId: 0,
      executionAbortedEventDetails: { error: 'Mine', cause: 'enough' },
    });
    await lab.clock.advance(1000);
    expect((await stop('Other')).stopDate).toEqual(stopDate);
    expect(await lab.history(arn)).toHaveLength(3);
  });

  test('the machine’s TimeoutSeconds: TIMED_OUT, without an error', async () => {
    const arn = await lab.start(machine(waiting, { TimeoutSeconds: 10 }));
    await lab.describe(arn);
    await lab.clock.advance(9999);
    expect((await lab.describe(arn)).status).toBe('RUNNING');
    await lab.clock.advance(1);
    expect(await lab.describe(arn)).toMatchObject({ status: 'TIMED_OUT', error: undefined, cause: undefined });
    const last = (await lab.events(arn)).at(-1);
    expect(last).toMatchObject({ type: 'ExecutionTimedOut', previousEventId: 0, executionTimedOutEventDetails: {} });
  });

  test('a history of 25,000 events fails the execution', async () => {
    const states = {
      W: { Type: 'Wait', Seconds: 10, Next: 'Again' },
      Again: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'W' }], Default: 'End' },
      End: { Type: 'Succeed' },
    };
    const arn = await lab.start(machine(states));
    await lab.describe(arn);
    const fill = lab.kernel.store.prepare(
      'INSERT INTO sfn_history (execution, id, at, previous, event) VALUES (?, ?, 0, 0, ?)',
    );
    fill.run(arn, 24_990, '{"type":"WaitStateEntered"}');
    await lab.clock.advance(10_000);
    expect(await lab.describe(arn)).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (25000).',
    });
  });
});

describe('"Step Functions Execution Status Change"', () => {
  const told = (arn: string) => lab.told.map(({ detail }) => detail).filter(({ executionArn }) => executionArn === arn);

  test('RUNNING, then how it ended, with times in milliseconds and payloads as JSON text', async () => {
    const start = lab.clock.now();
    const { arn } = await lab.run(machine({ A: { Type: 'Wait', Seconds: 3, Output: 'o', End: true } }), { i: 1 }, 3);
    const common = { executionArn: arn, input: '{"i":1}', inputDetails: { included: true }, startDate: start };
    expect(told(arn)).toMatchObject([
      { ...common, status: 'RUNNING', stopDate: null, output: null, outputDetails: null, error: null, cause: null },
      { ...common, status: 'SUCCEEDED', stopDate: start + 3000, output: '"o"', outputDetails: { included: true } },
    ]);
  });

  test('FAILED with error and cause', async () => {
    const { arn } = await lab.run(machine({ F: { Type: 'Fail', Error: 'E', Cause: 'c' } }));
    expect(told(arn)[1]).toMatchObject({ status: 'FAILED', error: 'E', cause: 'c', output: null });
  });

  test('payloads of more than 248 KB together are left out', async () => {
    const { arn } = await lab.run(machine({ A: { Type: 'Succeed' } }), 'x'.repeat(130_000));
    expect(told(arn)[1]).toMatchObject({ input: null, output: null, inputDetails: { included: false } });
  });
});
