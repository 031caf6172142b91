import { afterEach, describe, expect, test } from 'vitest';
import { administratorCaller } from '../../kernel/caller.ts';
import type { Json } from '../json.ts';
import { call, FunctionError, type Lab, machine, stateMachineLab } from '../testing.ts';

let lab: Lab;
afterEach(() => lab.close());

const run = (definition: Record<string, unknown>, input: Json = {}, seconds = 0) => lab.run(definition, input, seconds);

describe('data', () => {
  test('evaluates expressions wherever they stand, and leaves the rest alone', async () => {
    lab = await stateMachineLab();
    const { output } = await run(
      machine({
        A: {
          Type: 'Pass',
          Output: { n: '{% $states.input.a + 1 %}', list: ['{% $states.input.b %}', 'x'] },
          End: true,
        },
      }),
      { a: 1, b: [true] },
    );
    expect(output).toEqual({ n: 2, list: [[true], 'x'] });
  });

  test('assigns variables that later states see, from the values before the state', async () => {
    lab = await stateMachineLab();
    const { output } = await run(
      machine({
        A: { Type: 'Pass', Assign: { x: 1, y: 2 }, Next: 'Swap' },
        Swap: { Type: 'Pass', Assign: { x: '{% $y %}', y: '{% $x %}' }, Next: 'End' },
        End: { Type: 'Succeed', Output: '{% [$x, $y] %}' },
      }),
    );
    expect(output).toEqual([2, 1]);
  });

  test('offers the context object', async () => {
    lab = await stateMachineLab();
    const { output, arn } = await run(machine({ A: { Type: 'Pass', Output: '{% $states.context %}', End: true } }), {
      q: 1,
    });
    expect(output).toMatchObject({
      Execution: { Id: arn, Input: { q: 1 }, StartTime: '2026-01-01T00:00:00.000Z' },
      State: { Name: 'A', RetryCount: 0 },
      StateMachine: { Name: 'machine-1' },
    });
  });

  test('fails an expression that gives nothing, naming expression and field', async () => {
    lab = await stateMachineLab();
    const { status, error, cause } = await run(
      machine({ A: { Type: 'Pass', Output: { v: '{% $states.input.nope %}' }, End: true } }),
    );
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(cause).toContain("'$states.input.nope' specified for the field 'Output/v' returned nothing (undefined)");
  });

  test('has the functions that Step Functions adds to JSONata', async () => {
    lab = await stateMachineLab();
    const { output } = await run(
      machine({
        A: {
          Type: 'Pass',
          Output: {
            partition: '{% $partition([1,2,3], 2) %}',
            range: '{% $range(0, 6, 3) %}',
            hash: "{% $hash('a', 'SHA-256') %}",
            parse: `{% $parse('{"a":[1]}') %}`,
            same: '{% $random(7) = $random(7) %}',
            uuid: '{% $length($uuid()) %}',
          },
          End: true,
        },
      }),
    );
    expect(output).toEqual({
      partition: [[1, 2], [3]],
      range: [0, 3, 6],
      hash: 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
      parse: { a: [1] },
      same: true,
      uuid: 36,
    });
  });

  test('refuses $eval', async () => {
    lab = await stateMachineLab();
    const { error, cause } = await run(machine({ A: { Type: 'Pass', Output: "{% $eval('1+1') %}", End: true } }));
    expect(error).toBe('States.QueryEvaluationError');
    expect(cause).toContain('$parse');
  });

  test('fails with DataLimitExceeded, which States.ALL does not catch', async () => {
    lab = await stateMachineLab({ big: () => 'x'.repeat(300_000) });
    const { error } = await run(
      machine({ A: call('big', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }] }), B: { Type: 'Succeed' } }),
    );
    expect(error).toBe('States.DataLimitExceeded');
  });
});

describe('flow', () => {
  const choosing = machine({
    A: {
      Type: 'Choice',
      Choices: [
        { Condition: '{% $states.input.n > 10 %}', Next: 'Big', Assign: { size: 'big' } },
        { Condition: '{% $states.input.n > 5 %}', Next: 'Big', Assign: { size: 'middling' }, Output: 'o' },
      ],
    },
    Big: { Type: 'Succeed', Output: '{% [$size, $states.input] %}' },
  });

  test('takes the first choice that holds', async () => {
    lab = await stateMachineLab();
    expect((await run(choosing, { n: 7 })).output).toEqual(['middling', 'o']);
  });

  test('fails when no choice holds and there is no default', async () => {
    lab = await stateMachineLab();
    expect((await run(choosing, { n: 1 })).error).toBe('States.NoChoiceMatched');
  });

  test('waits for seconds and until timestamps, over a restart', async () => {
    lab = await stateMachineLab();
    const arn = await lab.start(
      machine({
        A: { Type: 'Wait', Seconds: '{% $states.input.s %}', Next: 'B' },
        B: { Type: 'Wait', Timestamp: '2026-01-01T01:00:00Z', End: true },
      }),
      { s: 60 },
    );
    await lab.describe(arn);
    await lab.clock.advance(59_000);
    expect(await lab.history(arn)).toEqual(['ExecutionStarted', 'WaitStateEntered']);
    await lab.restart();
    await lab.clock.advance(1000);
    await lab.describe(arn);
    expect(await lab.history(arn)).toEqual([
      'ExecutionStarted',
      'WaitStateEntered',
      'WaitStateExited',
      'WaitStateEntered',
    ]);
    await lab.clock.advance(3_600_000);
    expect((await lab.describe(arn)).status).toBe('SUCCEEDED');
  });

  test('fails with what a Fail state says, with the history that AWS writes', async () => {
    lab = await stateMachineLab();
    const { arn, status, error, cause } = await run(
      machine({ A: { Type: 'Fail', Error: 'Bad', Cause: "{% 'n is ' & $states.input.n %}" } }),
      { n: 3 },
    );
    expect({ status, error, cause }).toEqual({ status: 'FAILED', error: 'Bad', cause: 'n is 3' });
    expect(await lab.history(arn)).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed']);
  });

  test('times the execution out', async () => {
    lab = await stateMachineLab();
    const { status } = await run(
      machine({ A: { Type: 'Wait', Seconds: 100, End: true } }, { TimeoutSeconds: 10 }),
      {},
      10,
    );
    expect(status).toBe('TIMED_OUT');
  });
});

describe('tasks', () => {
  test('gives a function its arguments and the state its result', async () => {
    lab = await stateMachineLab({
      add: (event) => ({ sum: Object.values(event as object).reduce((a, b) => a + b, 0) }),
    });
    const { output, arn } = await run(
      machine({
        A: call('add', { Arguments: { a: 1, b: '{% $states.input.b %}' }, Output: '{% $states.result.sum %}' }),
      }),
      { b: 41 },
    );
    expect(output).toBe(42);
    expect(await lab.history(arn)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('lambda:invoke hands over the payload and answers as the API', async () => {
    lab = await stateMachineLab({ f: (event) => ({ got: event }) });
    const { output } = await run(
      machine({
        A: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke',
          Arguments: { FunctionName: 'f', Payload: { x: 1 } },
          End: true,
        },
      }),
    );
    expect(output).toMatchObject({ StatusCode: 200, Payload: { got: { x: 1 } } });
  });

  test('retries with backoff, then hands the error to the catcher', async () => {
    lab = await stateMachineLab({
      f: () => {
        throw new FunctionError('Flaky', 'not today');
      },
    });
    const definition = machine({
      A: call('f', {
        Retry: [{ ErrorEquals: ['Flaky'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 2 }],
        Catch: [
          {
            ErrorEquals: ['States.TaskFailed'],
            Next: 'B',
            Output: '{% $states.errorOutput.Error %}',
            Assign: { caught: true },
          },
        ],
      }),
      B: { Type: 'Succeed', Output: '{% [$states.input, $caught] %}' },
    });
    const arn = await lab.start(definition);
    await lab.describe(arn);
    expect(lab.invocations).toHaveLength(1);
    await lab.clock.advance(2000);
    await lab.describe(arn);
    expect(lab.invocations).toHaveLength(2);
    await lab.clock.advance(5999);
    expect(lab.invocations).toHaveLength(2);
    await lab.clock.advance(1);
    expect((await lab.describe(arn)).output).toEqual(['Flaky', true]);
    expect(lab.invocations).toHaveLength(3);
  });

  test('times a task out, and ignores what it says afterwards', async () => {
    let release: (value: Json) => void = () => {};
    lab = await stateMachineLab({
      slow: () =>
        new Promise<Json>((resolve) => {
          release = resolve;
        }),
    });
    const { status, error, arn } = await run(machine({ A: call('slow', { TimeoutSeconds: 5 }) }), {}, 5);
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'States.Timeout' });
    release({});
    expect((await lab.describe(arn)).status).toBe('FAILED');
    expect(await lab.history(arn)).toContain('LambdaFunctionTimedOut');
  });

  test('does not hear from tasks after the execution was stopped', async () => {
    let release: (value: Json) => void = () => {};
    lab = await stateMachineLab({
      slow: () =>
        new Promise<Json>((resolve) => {
          release = resolve;
        }),
    });
    const { arn } = await run(machine({ A: call('slow') }));
    await lab.kernel.call(
      'sfn',
      'StopExecution',
      { executionArn: arn, error: 'E', cause: 'C' },
      administratorCaller('000000000000'),
    );
    release({});
    expect(await lab.describe(arn)).toMatchObject({ status: 'ABORTED', error: 'E', cause: 'C' });
  });

  test('goes on after a restart at the state that it was in', async () => {
    lab = await stateMachineLab({ one: () => 1, two: (event) => event });
    const arn = await lab.start(
      machine({
        A: call('one', { Next: 'W', Assign: { first: '{% $states.result %}' } }),
        W: { Type: 'Wait', Seconds: 30, Next: 'B' },
        B: call('two', { Arguments: { v: '{% $first %}' } }),
      }),
    );
    await lab.describe(arn);
    await lab.restart();
    await lab.clock.advance(30_000);
    expect((await lab.describe(arn)).output).toEqual({ v: 1 });
    expect(lab.invocations.map(({ functionName }) => functionName)).toEqual(['one', 'two']);
  });
});

describe('forks', () => {
  test('maps in order, no more at once than allowed, each with its item in the context', async () => {
    let running = 0;
    let most = 0;
    lab = await stateMachineLab({
      double: async (event) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        return 2 * Number((event as { n: number }).n);
      },
    });
    const { output } = await run(
      machine({
        M: {
          Type: 'Map',
          Items: '{% $states.input.list %}',
          MaxConcurrency: 2,
          ItemSelector: { n: '{% $states.context.Map.Item.Value %}', i: '{% $states.context.Map.Item.Index %}' },
          ItemProcessor: { StartAt: 'D', States: { D: call('double') } },
          End: true,
        },
      }),
      { list: [1, 2, 3, 4, 5] },
    );
    expect(output).toEqual([2, 4, 6, 8, 10]);
    expect(most).toBe(2);
  });

  test('maps nothing to nothing', async () => {
    lab = await stateMachineLab();
    const { output } = await run(
      machine({
        M: {
          Type: 'Map',
          Items: [],
          ItemProcessor: { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } },
          End: true,
        },
      }),
    );
    expect(output).toEqual([]);
  });

  const failing = (more: Record<string, unknown>) =>
    machine({
      M: {
        Type: 'Map',
        Items: [1, 2, 3, 4],
        ItemProcessor: {
          StartAt: 'C',
          States: {
            C: { Type: 'Choice', Choices: [{ Condition: '{% $states.input % 2 = 0 %}', Next: 'Ok' }], Default: 'No' },
            Ok: { Type: 'Succeed' },
            No: { Type: 'Fail', Error: 'Odd' },
          },
        },
        End: true,
        ...more,
      },
    });

  test('a failed iteration fails the map, unless it is tolerated', async () => {
    lab = await stateMachineLab();
    expect((await run(failing({}))).error).toBe('Odd');
    expect((await run(failing({ ToleratedFailureCount: 1 }))).error).toBe('States.ExceedToleratedFailureThreshold');
    expect((await run(failing({ ToleratedFailurePercentage: 50 }))).output).toEqual([2, 4]);
  });

  test('runs branches side by side, with the outer variables but not each other’s', async () => {
    lab = await stateMachineLab();
    const branch = (value: number) => ({
      StartAt: `P${value}`,
      States: {
        [`P${value}`]: { Type: 'Pass', Assign: { inner: value }, Next: `Q${value}` },
        [`Q${value}`]: { Type: 'Pass', Output: '{% [$outer, $inner, $states.input] %}', End: true },
      },
    });
    const { output } = await run(
      machine({
        A: { Type: 'Pass', Assign: { outer: 9 }, Next: 'P' },
        P: { Type: 'Parallel', Arguments: { v: 'in' }, Branches: [branch(1), branch(2)], End: true },
      }),
    );
    expect(output).toEqual([
      [9, 1, { v: 'in' }],
      [9, 2, { v: 'in' }],
    ]);
  });

  test('a failed branch stops the others and is caught by the Parallel', async () => {
    lab = await stateMachineLab();
    const { output, arn } = await run(
      machine({
        P: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 1000, End: true } } },
            { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Broken', Cause: 'why' } } },
          ],
          Catch: [{ ErrorEquals: ['Broken'], Next: 'C' }],
          End: true,
        },
        C: { Type: 'Succeed' },
      }),
    );
    expect(output).toEqual({ Error: 'Broken', Cause: 'why' });
    expect(lab.kernel.store.prepare('SELECT COUNT(*) AS n FROM sfn_frames').get()).toEqual({ n: 0 });
    expect(await lab.history(arn)).toContain('ParallelStateFailed');
  });
});

test('tells the world of each change of status', async () => {
  lab = await stateMachineLab();
  const { arn } = await run(machine({ A: { Type: 'Pass', Output: { ok: true }, End: true } }), { in: 1 });
  expect(lab.told.map(({ detailType }) => detailType)).toEqual(Array(2).fill('Step Functions Execution Status Change'));
  expect(lab.told.map(({ detail }) => detail)).toMatchObject([
    { executionArn: arn, status: 'RUNNING', input: '{"in":1}', output: null, stopDate: null },
    { executionArn: arn, status: 'SUCCEEDED', output: '{"ok":true}', inputDetails: { included: true } },
  ]);
});
