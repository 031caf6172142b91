import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { problemsOf } from '../definition/parse-definition.ts';
import { block, call, machine } from '../testing.ts';

/** What a definition may say, and what is refused when a machine is created. */

type States = Record<string, Record<string, unknown>>;
const problems = (states: States, more = {}) => problemsOf(JSON.stringify(machine(states, more)));
const texts = (states: States, more = {}) =>
  problems(states, more).map(({ code, message, location }) => `${code} ${location}: ${message}`);
const end = { Type: 'Succeed' };
const pass = (more = {}) => ({ Type: 'Pass', End: true, ...more });
const retry = (more: Record<string, unknown>) => ({ T: call('f', { Retry: [{ ErrorEquals: ['E'], ...more }] }) });
const mapped = (inside: States, more = {}) => ({ Type: 'Map', ItemProcessor: block(inside), End: true, ...more });

describe('a definition is refused when', () => {
  test.each<[string, States, RegExp]>([
    [
      'StartAt names no state of its block',
      { M: { ...mapped({ P: pass() }), ItemProcessor: { StartAt: 'X', States: { P: pass() } } } },
      /MISSING_TRANSITION_TARGET \/States\/M\/ItemProcessor\/StartAt: .*X/,
    ],
    [
      'Next leads nowhere',
      { A: { Type: 'Pass', Next: 'B' }, C: end },
      /MISSING_TRANSITION_TARGET \/States\/A\/Next: .*B/,
    ],
    [
      'a catcher leads nowhere',
      { A: call('f', { Catch: [{ ErrorEquals: ['E'], Next: 'B' }] }) },
      /MISSING_TRANSITION_TARGET/,
    ],
    [
      'a rule leads out of its block',
      { M: mapped({ C: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'Z' }] }, S: end }), Z: end },
      /Missing 'Next' target: Z/,
    ],
    ['a state can’t be reached', { A: pass(), B: end }, /"B" is not reachable/],
    ['no state ends', { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } }, /MISSING_TERMINAL_STATE/],
    [
      'two states share a name, be they in different blocks',
      { A: { ...mapped({ A: end }) } },
      /DUPLICATE_STATE_NAME .*A/,
    ],
    ['a name is longer than 80 characters', { ['n'.repeat(81)]: end }, /at most 80 characters/],
    ['a state has both Next and End', { A: pass({ Next: 'B' }), B: end }, /exactly one of "Next" and "End"/],
    ['a state has neither', { A: { Type: 'Pass' }, B: end }, /exactly one of "Next" and "End"/],
    [
      'a type is not one of the eight',
      { A: { Type: 'Jump', End: true } },
      /SCHEMA_VALIDATION_FAILED \/States\/A\/Type/,
    ],
    [
      'a Wait has both Seconds and Timestamp',
      { W: { Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z', End: true } },
      /exactly one of Seconds and Timestamp/,
    ],
    ['a Wait has neither', { W: { Type: 'Wait', End: true } }, /exactly one of Seconds and Timestamp/],
    [
      'a Timestamp has no offset',
      { W: { Type: 'Wait', Timestamp: '2026-01-01T00:00:00', End: true } },
      /\/States\/W\/Timestamp/,
    ],
    ['Seconds is beyond 99999999', { W: { Type: 'Wait', Seconds: 100_000_000, End: true } }, /\/States\/W\/Seconds/],
    [
      'HeartbeatSeconds is not smaller than TimeoutSeconds',
      { T: call('f', { TimeoutSeconds: 5, HeartbeatSeconds: 5 }) },
      /HeartbeatSeconds must be smaller/,
    ],
    ['TimeoutSeconds is 0', { T: call('f', { TimeoutSeconds: 0 }) }, /TimeoutSeconds/],
    ['a retrier names no error', retry({ ErrorEquals: [] }), /ErrorEquals/],
    ['IntervalSeconds is 0', retry({ IntervalSeconds: 0 }), /IntervalSeconds/],
    ['MaxAttempts is negative', retry({ MaxAttempts: -1 }), /MaxAttempts/],
    ['BackoffRate is below 1', retry({ BackoffRate: 0.5 }), /BackoffRate/],
    ['MaxDelaySeconds is beyond 31622400', retry({ MaxDelaySeconds: 31_622_401 }), /MaxDelaySeconds/],
    [
      'MaxDelaySeconds is not above IntervalSeconds',
      retry({ IntervalSeconds: 5, MaxDelaySeconds: 5 }),
      /greater than IntervalSeconds/,
    ],
    ['JitterStrategy is neither FULL nor NONE', retry({ JitterStrategy: 'HALF' }), /JitterStrategy/],
    [
      'States.ALL stands among others',
      { T: call('f', { Retry: [{ ErrorEquals: ['E', 'States.ALL'] }] }) },
      /must appear alone/,
    ],
    [
      'States.ALL is not last',
      { T: call('f', { Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['E'] }] }) },
      /in the last entry/,
    ],
    ['a variable is named states', { A: pass({ Assign: { states: 1 } }) }, /'states' is reserved/],
    ['a variable’s name is no name', { A: pass({ Assign: { 'a-b': 1 } }) }, /Assign/],
    ['a variable’s name is longer than 80 characters', { A: pass({ Assign: { ['v'.repeat(81)]: 1 } }) }, /Assign/],
    [
      'an inner scope assigns a variable of an outer one',
      { A: { Type: 'Pass', Assign: { v: 1 }, Next: 'M' }, M: mapped({ P: pass({ Assign: { v: 2 } }) }) },
      /States\/M\/ItemProcessor\/States\/P: The variable 'v' belongs to a scope around/,
    ],
    [
      '$states.result is used where there is none',
      { A: pass({ Output: '{% $states.result %}' }) },
      /\/States\/A\/Output: .*no \$states.result/,
    ],
    [
      '$states.result is used in Arguments',
      { T: call('f', { Arguments: { a: ['{% $states.result.x %}'] } }) },
      /\/Arguments\/a\/0: .*no \$states.result/,
    ],
    [
      '$states.errorOutput is used outside a catcher',
      { T: call('f', { Output: '{% $states.errorOutput %}' }) },
      /no \$states.errorOutput/,
    ],
    [
      '$states.result is used in a catcher',
      { T: call('f', { Catch: [{ ErrorEquals: ['E'], Next: 'B', Output: '{% $states.result %}' }] }), B: end },
      /no \$states.result/,
    ],
    [
      'an expression does not parse',
      { A: pass({ Output: '{% 1 + %}' }) },
      /\/States\/A\/Output: The JSONata expression '1 \+' is not valid: S0207/,
    ],
    [
      'a resource is not reached',
      { T: { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', End: true } },
      /RESOURCE_NOT_SUPPORTED .*sns:publish/,
    ],
    [
      'a task waits for its token',
      { T: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', End: true } },
      /RESOURCE_NOT_SUPPORTED .*waitForTaskToken/,
    ],
    [
      'a task is an activity',
      { T: { Type: 'Task', Resource: 'arn:aws:states:eu-west-1:000000000000:activity:a', End: true } },
      /RESOURCE_NOT_SUPPORTED .*activity:a/,
    ],
    [
      'a state is written in JSONPath',
      { A: pass({ QueryLanguage: 'JSONPath' }) },
      /JSONPATH_NOT_SUPPORTED \/States\/A: .*'A'/,
    ],
    ['so is one inside', { M: mapped({ A: pass({ QueryLanguage: 'JSONPath' }) }) }, /JSONPATH_NOT_SUPPORTED .*'A'/],
    [
      'a Map is distributed',
      {
        M: {
          ...mapped({ P: pass() }),
          ItemProcessor: {
            ...block({ P: pass() }),
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          },
        },
      },
      /ProcessorConfig/,
    ],
  ])('%s', (_when, states, expected) => {
    expect(texts(states).join('\n')).toMatch(expected);
  });

  test('it says each problem, in the order of the states', () => {
    expect(problems({ A: { Type: 'Pass', Next: 'B' }, C: end }).map(({ code }) => code)).toEqual([
      'MISSING_TRANSITION_TARGET',
      'MISSING_TRANSITION_TARGET',
    ]);
  });
});

/** `| field | Pass | Task | … |` of the README's checklist. */
function checklist(): { field: string; type: string; cell: string }[] {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const [, table = ''] = /<!-- checklist:start -->([\s\S]*)<!-- checklist:end -->/.exec(readme) ?? [];
  const rows = table
    .trim()
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
  const [header = [], , ...body] = rows;
  return body.flatMap(([field = '', ...cells]) =>
    cells.map((cell, index) => ({ field, cell, type: header[index + 1] ?? '' })),
  );
}

const FIELDS: Record<string, unknown> = {
  Comment: 'c',
  QueryLanguage: 'JSONata',
  Next: 'Z',
  End: true,
  Assign: { v: 1 },
  Output: 1,
  Arguments: {},
  Retry: [{ ErrorEquals: ['E'] }],
  Catch: [{ ErrorEquals: ['E'], Next: 'Z' }],
  Seconds: 1,
  Timestamp: '2026-01-01T00:00:00Z',
  Choices: [{ Condition: '{% true %}', Next: 'Z' }],
  Default: 'Z',
  Error: 'E',
  Cause: 'C',
  Resource: 'arn:aws:states:::lambda:invoke',
  TimeoutSeconds: 9,
  HeartbeatSeconds: 1,
  Branches: [block({ I: end })],
  Items: [],
  ItemSelector: {},
  ItemProcessor: block({ I: end }),
  MaxConcurrency: 1,
  ToleratedFailureCount: 1,
  ToleratedFailurePercentage: 1,
  Credentials: {},
  ItemReader: {},
  ItemBatcher: {},
  ResultWriter: {},
  Label: 'l',
  InputPath: '$',
  OutputPath: '$',
  ResultPath: '$',
  Parameters: {},
  ResultSelector: {},
  Result: 1,
};

/** The least that a state of a type needs. */
const LEAST: Record<string, string[]> = {
  Pass: ['End'],
  Task: ['Resource', 'End'],
  Choice: ['Choices'],
  Wait: ['Seconds', 'End'],
  Succeed: [],
  Fail: [],
  Parallel: ['Branches', 'End'],
  Map: ['ItemProcessor', 'End'],
};

describe('the checklist of the README holds', () => {
  test('it has every type and field', () => {
    expect(new Set(checklist().map(({ type }) => type))).toEqual(new Set(Object.keys(LEAST)));
    expect(new Set(checklist().map(({ field }) => field))).toEqual(new Set(Object.keys(FIELDS)));
  });

  test.each(Object.keys(LEAST))('for %s', (type) => {
    for (const { field, cell } of checklist().filter((entry) => entry.type === type)) {
      const rivals: Record<string, string> = { Next: 'End', Timestamp: 'Seconds' };
      const names = [...(LEAST[type] ?? []).filter((name) => name !== rivals[field]), field];
      const state = { Type: type, ...Object.fromEntries(names.map((name) => [name, FIELDS[name]])) };
      const leads = JSON.stringify(state).includes('"Z"');
      const refused = texts({ S: state, ...(leads && { Z: end }) });
      if (cell === '✓') expect(refused, `${type}.${field}`).toEqual([]);
      else expect(refused.join(), `${type}.${field}`).toContain(field);
    }
  });
});
