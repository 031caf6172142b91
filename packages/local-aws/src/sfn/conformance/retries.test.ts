import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Retrier } from '../definition/definition.ts';
import { retryDelay } from '../interpreter/retry.ts';
import { block, machine } from '../testing.ts';
import { type Conformance, conformanceLab, doing } from './functions.ts';

/** "Retrying after an error". */

let lab: Conformance;
beforeAll(async () => {
  lab = await conformanceLab();
});
afterAll(() => lab.close());

let keys = 0;

/** Runs a machine to its end, a second at a time; with what it waited between the runs of its function, in seconds. */
async function waits(state: (key: string) => Record<string, Record<string, unknown>>) {
  const key = `key-${++keys}`;
  const arn = await lab.start(machine(state(key)));
  let described = await lab.describe(arn);
  for (let second = 0; second < 100 && described.status === 'RUNNING'; second++) {
    await lab.clock.advance(1000);
    described = await lab.describe(arn);
  }
  const times = lab.runs.get(key) ?? [];
  return { ...described, waits: times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / 1000) };
}

const retrying = (error: string, Retry: Partial<Retrier>[], failures?: number) => (key: string) => ({
  T: doing({ error, key, ...(failures !== undefined && { failures }) }, { Retry }),
});

describe('Retry', () => {
  test.each<[string, Partial<Retrier>[], number[]]>([
    ['by default 3 times, after 1, 2 and 4 seconds', [{ ErrorEquals: ['E'] }], [1, 2, 4]],
    ['IntervalSeconds: before the first retry', [{ ErrorEquals: ['E'], IntervalSeconds: 3, MaxAttempts: 1 }], [3]],
    ['BackoffRate: each delay is so many times the last', [{ ErrorEquals: ['E'], BackoffRate: 3 }], [1, 3, 9]],
    ['BackoffRate: 1 keeps the delay', [{ ErrorEquals: ['E'], IntervalSeconds: 2, BackoffRate: 1 }], [2, 2, 2]],
    ['MaxAttempts: 0 never retries', [{ ErrorEquals: ['E'], MaxAttempts: 0 }], []],
    ['MaxDelaySeconds: the longest delay', [{ ErrorEquals: ['E'], MaxDelaySeconds: 3, MaxAttempts: 4 }], [1, 2, 3, 3]],
    [
      'of several retriers the first that covers the error',
      [{ ErrorEquals: ['F'], MaxAttempts: 9 }, { ErrorEquals: ['E'], MaxAttempts: 1 }, { ErrorEquals: ['States.ALL'] }],
      [1],
    ],
    [
      'one that is exhausted hands the error to no later one',
      [
        { ErrorEquals: ['E'], MaxAttempts: 1 },
        { ErrorEquals: ['States.ALL'], MaxAttempts: 5 },
      ],
      [1],
    ],
    [
      'a wildcard in front takes all',
      [{ ErrorEquals: ['States.TaskFailed'], MaxAttempts: 1 }, { ErrorEquals: ['E'] }],
      [1],
    ],
    ['what no retrier covers is not retried', [{ ErrorEquals: ['F'] }], []],
  ])('%s', async (_rule, retriers, expected) => {
    const outcome = await waits(retrying('E', retriers));
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'E', waits: expected });
  });

  test('ends with the first run that succeeds', async () => {
    expect(await waits(retrying('E', [{ ErrorEquals: ['E'] }], 2))).toMatchObject({
      status: 'SUCCEEDED',
      waits: [1, 2],
    });
  });

  test('comes before Catch, which has the error of the last run', async () => {
    const outcome = await waits((key) => ({
      T: doing(
        { error: 'E', key },
        { Retry: [{ ErrorEquals: ['E'], MaxAttempts: 1 }], Catch: [{ ErrorEquals: ['E'], Next: 'C' }] },
      ),
      C: { Type: 'Succeed', Output: '{% $states.input.Error %}' },
    }));
    expect(outcome).toMatchObject({ output: 'E', waits: [1] });
  });

  test('each retrier counts for itself, with a delay of its own', async () => {
    // E, F, E, F: the error changes with each run.
    const outcome = await waits((key) => ({
      T: doing(
        { error: "{% $states.context.State.RetryCount % 2 = 0 ? 'E' : 'F' %}", key },
        {
          Retry: [
            { ErrorEquals: ['E'], IntervalSeconds: 1, MaxAttempts: 2 },
            { ErrorEquals: ['F'], IntervalSeconds: 5, MaxAttempts: 1 },
          ],
        },
      ),
    }));
    expect(outcome).toMatchObject({ error: 'F', waits: [1, 5, 2] });
  });

  test('$states.context.State.RetryCount counts the retries of all retriers', async () => {
    const outcome = await waits((key) => ({
      T: doing(
        { error: 'E', failures: 2, key, answer: '{% $states.context.State.RetryCount %}' },
        { Retry: [{ ErrorEquals: ['E'] }] },
      ),
    }));
    expect(outcome.output).toBe(2);
  });

  test('a state that was left counts anew when it is entered again', async () => {
    const outcome = await waits((key) => ({
      T: doing(
        { error: 'E', failures: 3, key },
        {
          Retry: [{ ErrorEquals: ['E'], MaxAttempts: 1 }],
          Catch: [{ ErrorEquals: ['E'], Next: 'Again' }],
        },
      ),
      Again: { Type: 'Pass', Next: 'T' },
    }));
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', waits: [1, 0, 1] });
  });

  test('of a Parallel runs all its branches again', async () => {
    const outcome = await waits((key) => ({
      P: {
        Type: 'Parallel',
        Branches: [block({ A: doing({ key: `${key}-calm` }) }), block({ B: doing({ error: 'E', failures: 1, key }) })],
        Retry: [{ ErrorEquals: ['States.BranchFailed'] }],
        End: true,
      },
    }));
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', waits: [1] });
    expect(lab.runs.get(`key-${keys}-calm`)).toHaveLength(2);
  });

  test('of a Map runs all its iterations again', async () => {
    const outcome = await waits((key) => ({
      M: {
        Type: 'Map',
        Items: [1, 2],
        MaxConcurrency: 1,
        ItemProcessor: block({ I: doing({ error: 'E', failures: 1, key }) }),
        Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 2 }],
        End: true,
      },
    }));
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', waits: [2, 0] });
  });

  test('States.QueryEvaluationError is retried like any other', async () => {
    const outcome = await waits((key) => ({
      T: doing(
        { key },
        {
          Output: '{% $states.context.State.RetryCount = 0 ? $nope : 1 %}',
          Retry: [{ ErrorEquals: ['States.QueryEvaluationError'] }],
        },
      ),
    }));
    expect(outcome).toMatchObject({ output: 1, waits: [1] });
  });

  test('JitterStrategy FULL: anything from 0 to the delay', () => {
    const retrier: Retrier = {
      ErrorEquals: ['E'],
      IntervalSeconds: 4,
      BackoffRate: 2,
      MaxAttempts: 3,
      JitterStrategy: 'FULL',
    };
    expect([0, 0.25, 1].map((drawn) => retryDelay(retrier, 1, () => drawn))).toEqual([0, 2000, 8000]);
    expect(retryDelay({ ...retrier, JitterStrategy: 'NONE' }, 1, () => 0)).toBe(8000);
    expect(retryDelay({ ...retrier, MaxDelaySeconds: 5 }, 1, () => 1)).toBe(5000);
  });
});
