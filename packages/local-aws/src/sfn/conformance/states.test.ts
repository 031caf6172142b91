import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { administratorCaller } from '../../kernel/caller.ts';
import type { Json } from '../json.ts';
import { block, call, type Described, machine } from '../testing.ts';
import { type Conformance, conformanceLab, doing } from './functions.ts';

/** The states of the Amazon States Language, each with the rules that hold for it. */

let lab: Conformance;
beforeAll(async () => {
  lab = await conformanceLab();
});
afterAll(() => lab.close());

type States = Record<string, Record<string, unknown>>;
type Expected = Partial<Omit<Described, 'arn' | 'cause'>> & { cause?: unknown };

const DONE: States = { Done: { Type: 'Succeed' } };
const outcome = async (states: States, input: Json = {}, seconds = 0) => {
  const { arn: _, ...described } = await lab.run(machine(states), input, seconds);
  return described;
};
const check = (rules: [string, States, Expected, Json?][]) =>
  test.each(rules)('%s', async (_rule, states, expected, input) => {
    expect(await outcome(states, input)).toMatchObject(expected);
  });
const queryError = (cause: string) => ({
  error: 'States.QueryEvaluationError',
  cause: expect.stringContaining(cause),
});

describe('Pass', () => {
  check([
    ['passes its input on', { P: { Type: 'Pass', End: true } }, { status: 'SUCCEEDED', output: [1, null] }, [1, null]],
    ['Output replaces it, be it any JSON', { P: { Type: 'Pass', Output: null, End: true } }, { output: null }],
    [
      'expressions stand for whole strings only; other text is literal',
      { P: { Type: 'Pass', Output: ['{% 1 %}', 'a {% 1 %}', ' {% 1 %}'], End: true } },
      { output: [1, 'a {% 1 %}', ' {% 1 %}'] },
    ],
    ['goes to Next with its output', { P: { Type: 'Pass', Output: 1, Next: 'Done' }, ...DONE }, { output: 1 }],
  ]);
});

describe('Succeed and Fail', () => {
  check([
    ['Succeed ends well, with its input', { S: { Type: 'Succeed' } }, { status: 'SUCCEEDED', output: 7 }, 7],
    ['Succeed has an Output', { S: { Type: 'Succeed', Output: '{% $states.input * 2 %}' } }, { output: 14 }, 7],
    ['Fail needs neither Error nor Cause', { F: { Type: 'Fail' } }, { status: 'FAILED', error: undefined }],
    [
      'Error and Cause may be expressions',
      { F: { Type: 'Fail', Error: "{% 'E' & $states.input %}", Cause: '{% $string($states.input) %}' } },
      { status: 'FAILED', error: 'E7', cause: '7' },
      7,
    ],
    [
      'Error must give a string',
      { F: { Type: 'Fail', Error: '{% $states.input %}' } },
      queryError("'Error' returned an unexpected result type. Expected 'string', but was 'number' for value: 7"),
      7,
    ],
  ]);
});

describe('Choice', () => {
  const choose = (conditions: string[], more: { Default?: string; [field: string]: unknown } = {}): States => ({
    C: {
      Type: 'Choice',
      Choices: conditions.map((Condition, index) => ({ Condition, Next: `S${index}` })),
      ...more,
    },
    ...Object.fromEntries(conditions.map((_, index) => [`S${index}`, { Type: 'Succeed', Output: index }])),
    ...(more.Default && {
      D: { Type: 'Succeed', Output: ['default', '{% $exists($v) ? $v : 0 %}', '{% $states.input %}'] },
    }),
  });
  check([
    [
      'takes the first rule whose Condition is true',
      choose(['{% false %}', '{% true %}', '{% true %}']),
      { output: 1 },
    ],
    ['takes Default when none is', choose(['{% false %}'], { Default: 'D' }), { output: ['default', 0, 5] }, 5],
    [
      'the state’s own Assign and Output are for the default',
      choose(['{% false %}'], { Default: 'D', Assign: { v: 9 }, Output: 'o' }),
      { output: ['default', 9, 'o'] },
    ],
    ['without Default: States.NoChoiceMatched', choose(['{% false %}']), { error: 'States.NoChoiceMatched' }],
    [
      'a Condition must give a boolean',
      choose(['{% 1 %}']),
      queryError("'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean', but was 'number'"),
    ],
  ]);
});

describe('Wait', () => {
  const wait = (more: Record<string, unknown>): States => ({ W: { Type: 'Wait', ...more, Next: 'Done' }, ...DONE });
  test.each<[string, Record<string, unknown>, number, Json]>([
    ['Seconds', { Seconds: 90 }, 90, {}],
    ['Seconds as an expression', { Seconds: '{% $states.input.s %}' }, 90, { s: 90 }],
    ['Seconds: 0 does not wait', { Seconds: 0 }, 0, {}],
    ['a Timestamp in the past does not wait', { Timestamp: '2025-12-31T23:59:59Z' }, 0, {}],
  ])('%s', async (_rule, state, seconds, input) => {
    const arn = await lab.start(machine(wait(state)), input);
    if (seconds > 0) {
      await lab.describe(arn);
      await lab.clock.advance(seconds * 1000 - 1);
      expect((await lab.describe(arn)).status).toBe('RUNNING');
      await lab.clock.advance(1);
    }
    expect((await lab.describe(arn)).output).toEqual(input);
  });
  test('a Timestamp with an offset, from an expression', async () => {
    const until = new Date(lab.clock.now() + 5_400_000 + 7_200_000).toISOString().replace('Z', '+02:00');
    const arn = await lab.start(machine(wait({ Timestamp: '{% $states.input %}' })), until);
    await lab.describe(arn);
    await lab.clock.advance(5_399_999);
    expect((await lab.describe(arn)).status).toBe('RUNNING');
    await lab.clock.advance(1);
    expect((await lab.describe(arn)).status).toBe('SUCCEEDED');
  });
  check([
    [
      'a Timestamp without its offset is none',
      wait({ Timestamp: '{% $states.input %}' }),
      queryError('a timestamp'),
      '2026-01-01T00:00:00',
    ],
    ['a day is no Timestamp', wait({ Timestamp: '{% $states.input %}' }), queryError('a timestamp'), '2026-01-01'],
    ['Seconds must be an integer', wait({ Seconds: '{% 1.5 %}' }), queryError('must be an integer')],
    ['Seconds must not be negative', wait({ Seconds: '{% -1 %}' }), queryError('must be an integer')],
    ['Seconds must be a number', wait({ Seconds: "{% '5' %}" }), queryError("Expected 'number', but was 'string'")],
  ]);
});

describe('Task', () => {
  const timed = (more: Record<string, unknown>): States => ({ T: call('hang', more) });
  check([
    ['without Arguments works on its input', { T: call('do') }, { output: { a: 1 } }, { a: 1 }],
    ['Arguments replace it', { T: doing({ answer: '{% $states.input.a %}' as Json }) }, { output: 1 }, { a: 1 }],
    [
      'Output sees result and input',
      { T: doing({ answer: 2 }, { Output: '{% $states.result + $states.input %}' }) },
      { output: 42 },
      40,
    ],
    ['TimeoutSeconds must be positive', timed({ TimeoutSeconds: '{% 0 %}' }), queryError('an integer from 1')],
    ['HeartbeatSeconds must be positive', timed({ HeartbeatSeconds: '{% 0 %}' }), queryError('an integer from 1')],
  ]);
  test.each<[string, Record<string, unknown>, string]>([
    ['TimeoutSeconds: fails with States.Timeout', { TimeoutSeconds: 5 }, 'States.Timeout'],
    ['TimeoutSeconds as an expression', { TimeoutSeconds: '{% $states.input.s %}' }, 'States.Timeout'],
    [
      'HeartbeatSeconds: States.HeartbeatTimeout',
      { HeartbeatSeconds: 5, TimeoutSeconds: 9 },
      'States.HeartbeatTimeout',
    ],
  ])('%s', async (_rule, more, error) => {
    const arn = await lab.start(machine(timed(more)), { s: 5 });
    await lab.describe(arn);
    await lab.clock.advance(4999);
    expect((await lab.describe(arn)).status).toBe('RUNNING');
    await lab.clock.advance(1);
    expect(await lab.describe(arn)).toMatchObject({ status: 'FAILED', error, cause: undefined });
  });
});

describe('Parallel', () => {
  const pass = (Output: Json) => block({ [`B${JSON.stringify(Output)}`]: { Type: 'Pass', Output, End: true } });
  const parallel = (more: Record<string, unknown>): States => ({ P: { Type: 'Parallel', End: true, ...more } });
  check([
    ['gives the branches’ outputs in their order', parallel({ Branches: [pass(1), pass(2)] }), { output: [1, 2] }],
    [
      'each branch works on the input, or on Arguments',
      parallel({ Arguments: '{% $states.input.a %}', Branches: [block({ X: { Type: 'Pass', End: true } })] }),
      { output: [3] },
      { a: 3 },
    ],
    [
      'Output and Assign see the results',
      {
        ...parallel({ Branches: [pass(1), pass(2)], Output: '{% $sum($states.result) %}', Next: 'Q', End: undefined }),
        Q: { Type: 'Succeed' },
      },
      { output: 3 },
    ],
    [
      'a failing branch fails it with the branch’s error, and stops the others',
      parallel({
        Branches: [
          block({ W: { Type: 'Wait', Seconds: 99, End: true } }),
          block({ F: { Type: 'Fail', Error: 'E', Cause: 'c' } }),
        ],
      }),
      { status: 'FAILED', error: 'E', cause: 'c' },
    ],
  ]);
});

describe('Map', () => {
  const map = (more: Record<string, unknown>, inside: States = { I: { Type: 'Pass', End: true } }): States => ({
    M: { Type: 'Map', ItemProcessor: block(inside), End: true, ...more },
  });
  const odd: States = {
    C: { Type: 'Choice', Choices: [{ Condition: '{% $states.input % 2 = 0 %}', Next: 'Even' }], Default: 'Odd' },
    Even: { Type: 'Succeed' },
    Odd: { Type: 'Fail', Error: 'Odd' },
  };
  const items = [1, 2, 3, 4];
  const exceeded = { error: 'States.ExceedToleratedFailureThreshold' };
  check([
    ['without Items runs over its input', map({}), { output: items }, items],
    ['Items as an expression', map({ Items: '{% $states.input.list %}' }), { output: items }, { list: items }],
    ['Items as an array with expressions in it', map({ Items: ['{% $states.input %}', 2] }), { output: [1, 2] }, 1],
    ['no items: no iterations, an empty result', map({ Items: [] }), { output: [] }],
    [
      'Items must give an array',
      map({ Items: '{% $states.input %}' }),
      queryError("'Items' returned an unexpected result type. Expected 'array', but was 'object' for value: {\"a\":1}"),
      { a: 1 },
    ],
    [
      'ItemSelector makes each iteration’s input, of item, index and the state’s input',
      map({
        Items: '{% $states.input.list %}',
        ItemSelector: [
          '{% $states.context.Map.Item.Value %}',
          '{% $states.context.Map.Item.Index %}',
          '{% $states.input.x %}',
        ],
      }),
      {
        output: [
          ['a', 0, 9],
          ['b', 1, 9],
        ],
      },
      { list: ['a', 'b'], x: 9 },
    ],
    [
      'the item is in the context of every state inside',
      map({ Items: ['a', 'b'] }, { I: { Type: 'Pass', Output: '{% $states.context.Map.Item %}', End: true } }),
      {
        output: [
          { Index: 0, Value: 'a' },
          { Index: 1, Value: 'b' },
        ],
      },
    ],
    ['MaxConcurrency must be an integer', map({ Items: [1], MaxConcurrency: '{% 1.5 %}' }), queryError('an integer')],
    ['a failed iteration fails it with its error', map({ Items: items }, odd), { error: 'Odd' }],
    [
      'ToleratedFailureCount: as many may fail',
      map({ Items: items, ToleratedFailureCount: 2 }, odd),
      { output: [2, 4] },
    ],
    ['one more may not', map({ Items: items, ToleratedFailureCount: '{% 1 %}' }, odd), exceeded],
    [
      'ToleratedFailurePercentage: of the items',
      map({ Items: items, ToleratedFailurePercentage: 50 }, odd),
      { output: [2, 4] },
    ],
    ['fewer may not', map({ Items: items, ToleratedFailurePercentage: '{% 49 %}' }, odd), exceeded],
    [
      'of both thresholds the lower counts',
      map({ Items: items, ToleratedFailurePercentage: 100, ToleratedFailureCount: 1 }, odd),
      exceeded,
    ],
    [
      'a percentage above 100 is none',
      map({ Items: items, ToleratedFailurePercentage: '{% 101 %}' }, odd),
      queryError('100 at most'),
    ],
  ]);
  test.each<[string, Record<string, unknown>, number]>([
    ['MaxConcurrency: so many iterations at once', { MaxConcurrency: 2 }, 2],
    ['MaxConcurrency: 1 is one after the other', { MaxConcurrency: '{% $states.input.most %}' }, 1],
    ['MaxConcurrency: 0 is as many as an inline Map may run, 40', { MaxConcurrency: 0 }, 40],
    ['40 is the most', { MaxConcurrency: 41 }, 40],
  ])('%s', async (_rule, more, most) => {
    const arn = await lab.start(machine(map({ Items: '{% [1..50] %}', ...more }, { T: call('hang') })), { most: 1 });
    await lab.describe(arn);
    const started = (await lab.history(arn)).filter((type) => type === 'MapIterationStarted');
    expect(started).toHaveLength(most);
    await lab.kernel.call('sfn', 'StopExecution', { executionArn: arn }, administratorCaller('000000000000'));
    lab.release();
  });
});
