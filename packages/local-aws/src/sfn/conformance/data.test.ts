import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json } from '../json.ts';
import { block, call, machine } from '../testing.ts';
import { type Conformance, conformanceLab, doing } from './functions.ts';

/** "Passing data between states with variables", "Transforming data with JSONata", and the quotas of payloads. */

let lab: Conformance;
beforeAll(async () => {
  lab = await conformanceLab();
});
afterAll(() => lab.close());

const output = async (states: Record<string, Record<string, unknown>>, input: Json = {}) =>
  (await lab.run(machine(states), input)).output;
const outcome = async (states: Record<string, Record<string, unknown>>, input: Json = {}) => {
  const { status, error, cause } = await lab.run(machine(states), input);
  return status === 'SUCCEEDED' ? status : `${error}: ${cause}`;
};
const pass = (more: Record<string, unknown>) => ({ Type: 'Pass', ...more });
const last = (Output: Json) => ({ Type: 'Succeed', Output });

describe('Assign', () => {
  test('is seen by the next state, not by the state’s own Output', async () => {
    const states = {
      A: pass({ Assign: { x: 1 }, Next: 'B' }),
      B: pass({ Assign: { x: 2 }, Output: '{% $x %}', Next: 'C' }),
      C: last('{% [$states.input, $x] %}'),
    };
    expect(await output(states)).toEqual([1, 2]);
  });
  test('evaluates all its expressions before it assigns any', async () => {
    const states = {
      A: pass({ Assign: { x: 1, y: 2 }, Next: 'B' }),
      B: pass({ Assign: { x: '{% $y %}', y: '{% $x %}' }, Next: 'C' }),
      C: last('{% [$x, $y] %}'),
    };
    expect(await output(states)).toEqual([2, 1]);
  });
  test('replaces a variable whole, and leaves the others', async () => {
    const states = {
      A: pass({ Assign: { x: { a: 1 }, y: 2 }, Next: 'B' }),
      B: pass({ Assign: { x: { b: 1 } }, Next: 'C' }),
      C: last('{% [$x, $y] %}'),
    };
    expect(await output(states)).toEqual([{ b: 1 }, 2]);
  });
  test('a state that fails assigns nothing', async () => {
    const states = {
      A: pass({ Assign: { x: 1 }, Next: 'T' }),
      T: doing('r', {
        Assign: { x: 2 },
        Output: '{% $nope %}',
        Next: 'C',
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }],
      }),
      C: last('{% $x %}'),
    };
    expect(await output(states)).toBe(1);
  });
  test('of a Choice’s rule, of a Catch and of a Wait', async () => {
    const states = {
      C: {
        Type: 'Choice',
        Choices: [{ Condition: '{% true %}', Next: 'W', Assign: { a: 1 } }],
        Assign: { a: 'default' },
        Default: 'W',
      },
      W: { Type: 'Wait', Seconds: 0, Assign: { b: '{% $a + 1 %}' }, Next: 'T' },
      T: doing({ error: 'E' }, { Catch: [{ ErrorEquals: ['E'], Next: 'D', Assign: { c: '{% $b + 1 %}' } }] }),
      D: last('{% [$a, $b, $c] %}'),
    };
    expect(await output(states)).toEqual([1, 2, 3]);
  });
});

describe('the scope of variables', () => {
  const inner = {
    I: pass({ Assign: { own: '{% $states.input %}' }, Next: 'J' }),
    J: { Type: 'Succeed', Output: '{% [$outer, $own] %}' },
  };
  test('a Map’s iterations see the outer ones, and each its own', async () => {
    const states = {
      A: pass({ Assign: { outer: 9 }, Next: 'M' }),
      M: { Type: 'Map', Items: [1, 2], ItemProcessor: block(inner), End: true },
    };
    expect(await output(states)).toEqual([
      [9, 1],
      [9, 2],
    ]);
  });
  test('what is assigned inside is not seen outside', async () => {
    const states = {
      A: pass({ Assign: { outer: 9 }, Next: 'P' }),
      P: { Type: 'Parallel', Branches: [block(inner)], Next: 'B' },
      B: last('{% $exists($own) %}'),
    };
    expect(await output(states)).toBe(false);
  });
  test('a Map’s Assign is evaluated outside, with its result', async () => {
    const states = {
      M: {
        Type: 'Map',
        Items: [1, 2],
        ItemProcessor: block({ I: { Type: 'Succeed' } }),
        Assign: { all: '{% $states.result %}' },
        Next: 'B',
      },
      B: last('{% $all %}'),
    };
    expect(await output(states)).toEqual([1, 2]);
  });
  test('a variable that was never assigned is nothing', async () => {
    expect(await outcome({ A: last('{% $never %}') })).toContain(
      "'$never' specified for the field 'Output' returned nothing (undefined).",
    );
  });
});

describe('$states', () => {
  test('.input is the state’s, .context.Execution.Input the execution’s', async () => {
    const states = {
      A: pass({ Output: 2, Next: 'B' }),
      B: last('{% [$states.input, $states.context.Execution.Input] %}'),
    };
    expect(await output(states, 1)).toEqual([2, 1]);
  });
  test('.result keeps what a task returned, .input what it was entered with', async () => {
    expect(await output({ T: doing({ answer: 2 }, { Output: '{% [$states.input, $states.result] %}' }) }, 1)).toEqual([
      1, 2,
    ]);
  });
  test('.context has the documented fields', async () => {
    const { arn, output: context } = await lab.run(machine({ A: last('{% $states.context %}') }), { q: 1 });
    const [, , , , , , name, execution] = arn.split(':');
    const now = new Date(lab.clock.now()).toISOString();
    expect(context).toEqual({
      Execution: {
        Id: arn,
        Input: { q: 1 },
        Name: execution,
        RedriveCount: 0,
        RoleArn: 'arn:aws:iam::000000000000:role/machine',
        StartTime: now,
      },
      State: { EnteredTime: now, Name: 'A', RetryCount: 0 },
      StateMachine: { Id: `arn:aws:states:eu-west-1:000000000000:stateMachine:${name}`, Name: name },
    });
  });
});

describe('expressions', () => {
  test.each<[string, string, unknown]>([
    ['$partition: the last part may be shorter', '$partition([1..5], 2)', [[1, 2], [3, 4], [5]]],
    ['$range includes its end', '$range(0, 9, 3)', [0, 3, 6, 9]],
    ['$range counts down', '$range(3, 1, -1)', [3, 2, 1]],
    ['$hash: MD5', "$hash('a', 'MD5')", '0cc175b9c0f1b6a831c399e269772661'],
    ['$hash: SHA-1', "$hash('a', 'SHA-1')", '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'],
    ['$random repeats with its seed', '$random(3) = $random(3)', true],
    ['$uuid: version 4', '$match($uuid(), /^[0-9a-f-]{14}4/).match ? true : false', true],
    ['$parse reads JSON', `$parse('{"a":[1]}').a[0]`, 1],
    ['JSONata’s own functions are there', '$uppercase($join($map(["a","b"], function($v) { $v & "!" })))', 'A!B!'],
  ])('%s', async (_rule, expression, expected) => {
    expect(await output({ A: last(`{% ${expression} %}`) })).toEqual(expected);
  });
  test.each([
    ['nothing', '$states.input.nope', 'returned nothing (undefined).'],
    ['a function', '$sum', 'returned a function'],
    ['$eval', "$eval('1')", '$parse'],
    ['an error of its own', "$error('mine')", 'threw an error during evaluation. D3137: mine'],
    ['endless recursion', '($f := function() { $f() + 1 }; $f())', 'threw an error during evaluation'],
    ['no JSON', "$parse('{')", 'threw an error during evaluation'],
  ])('%s fails with States.QueryEvaluationError', async (_rule, expression, why) => {
    const failure = await outcome({ A: last({ deep: [`{% ${expression} %}`] }) });
    expect(failure).toMatch(
      /^States.QueryEvaluationError: An error occurred while executing the state 'A' \(entered at the event id #2\)\./,
    );
    expect(failure).toContain("specified for the field 'Output/deep[0]'");
    expect(failure).toContain(why);
  });
});

describe('a payload of more than 262,144 bytes is refused', () => {
  const LIMIT = 262_144;
  const text = (bytes: number) => `{% $pad('', ${bytes - 2}, 'x') %}`;
  test.each<[string, Record<string, Record<string, unknown>>, string]>([
    ['as a state’s output: as much as the limit goes', { A: last(text(LIMIT)) }, 'SUCCEEDED'],
    [
      'one byte more does not',
      { A: last(text(LIMIT + 1)) },
      "States.DataLimitExceeded: The state/task 'A' returned a result",
    ],
    ['in bytes, not characters', { A: last(`{% $pad('', ${LIMIT / 2}, 'ü') %}`) }, 'States.DataLimitExceeded'],
    [
      'as a task’s arguments',
      { T: call('do', { Arguments: text(LIMIT + 1) }) },
      "States.DataLimitExceeded: The state/task 'T' was given an input",
    ],
    [
      'as a task’s result, however little its Output keeps of it',
      { T: call('big', { Arguments: LIMIT - 1, Output: 'small' }) },
      "States.DataLimitExceeded: The state/task 'arn:aws:lambda:eu-west-1:000000000000:function:big' returned a result",
    ],
    [
      'as what the branches gave together',
      {
        P: {
          Type: 'Parallel',
          Branches: [block({ A: last(text(LIMIT / 2)) }), block({ B: last(text(LIMIT / 2)) })],
          Output: 'small',
          End: true,
        },
      },
      "States.DataLimitExceeded: The state/task 'P' returned a result",
    ],
  ])('%s', async (_rule, states, expected) => {
    expect((await outcome(states)).startsWith(expected)).toBe(true);
  });
});
