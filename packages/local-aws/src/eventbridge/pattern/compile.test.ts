import { describe, expect, it } from 'vitest';
import { compilePattern } from './compile.ts';

const matches = (pattern: unknown, event: Record<string, unknown>): boolean =>
  compilePattern(JSON.stringify(pattern)).matches(event);

/** Patterns and values of the field `v`: does the one match the other? */
const VALUES: [behaviour: string, members: unknown[], value: unknown, expected: boolean][] = [
  ['a text equals itself', ['a'], 'a', true],
  ['texts are case-sensitive', ['a'], 'A', false],
  ['an empty text equals an empty text', [''], '', true],
  ['null does not equal the empty text', [null], '', false],
  ['null equals null', [null], null, true],
  ['the empty text does not equal null', [''], null, false],
  ['a number does not equal its text', [1], '1', false],
  ['a text does not equal its number', ['1'], 1, false],
  ['300 equals 300.0', [300], 300.0, true],
  ['numbers differ beyond a millionth', [1], 1.000002, false],
  ['an account id equals itself', [420_011_223_344], 420_011_223_344, true],
  ['true equals true', [true], true, true],
  ['true does not equal its text', [true], 'true', false],
  ['any member suffices', ['a', 'b'], 'b', true],
  ['an array matches by one element', ['b'], ['a', 'b'], true],
  ['an array matches by none', ['c'], ['a', 'b'], false],
  ['arrays of arrays are searched', ['b'], [['a'], ['b']], true],
  ['null does not match an empty array', [null], [], false],
  ['an object is no value', ['a'], { a: 1 }, false],
  ['an address equals its other notation', ['2001:db8::1'], '2001:0db8:0:0:0:0:0:1', true],
  ['exactly', [{ exactly: 'a' }], 'a', true],

  ['a prefix', [{ prefix: 'in/' }], 'in/a.jpg', true],
  ['another prefix', [{ prefix: 'in/' }], 'out/in/a.jpg', false],
  ['the empty prefix matches every text', [{ prefix: '' }], 'x', true],
  ['a prefix never matches a number', [{ prefix: '1' }], 12, false],
  ['a prefix ignoring case', [{ prefix: { 'equals-ignore-case': 'EC2' } }], 'ec2-x', true],
  ['a suffix', [{ suffix: '.jpg' }], 'a.jpg', true],
  ['another suffix', [{ suffix: '.jpg' }], 'a.jpg.exe', false],
  ['a suffix ignoring case', [{ suffix: { 'equals-ignore-case': '.JPG' } }], 'a.jpg', true],
  ['equality ignoring case', [{ 'equals-ignore-case': 'Completed' }], 'cOMPLETED', true],
  ['equality ignoring case, of another text', [{ 'equals-ignore-case': 'Completed' }], 'complete', false],
  ['empty equality ignoring case', [{ 'equals-ignore-case': '' }], '', true],

  ['a wildcard', [{ wildcard: 'line-*/cam-*.jpg' }], 'line-2/cam-a.jpg', true],
  ['a wildcard for nothing', [{ wildcard: 'a*b' }], 'ab', true],
  ['a wildcard that ends early', [{ wildcard: 'line-*/cam-*.jpg' }], 'line-2/cam-a.jpg2', false],
  ['a wildcard needs room for both ends', [{ wildcard: 'aba*aba' }], 'aba', false],
  ['a wildcard backs off', [{ wildcard: '*.jpg' }], 'a.jpg.jpg', true],
  ['repeating sequences after a wildcard', [{ wildcard: '/Users/*/dir/dir/doc' }], '/Users/x/dir/dir/dir/doc', true],
  ['a lone star matches the empty text', [{ wildcard: '*' }], '', true],
  ['an escaped star is a star', [{ wildcard: 'a\\*b' }], 'a*b', true],
  ['an escaped star is nothing else', [{ wildcard: 'a\\*b' }], 'axb', false],
  ['an escaped backslash', [{ wildcard: 'a\\\\*' }], 'a\\b', true],
  ['a wildcard never matches a number', [{ wildcard: '1*' }], 12, false],

  ['anything but a text', [{ 'anything-but': 'a' }], 'b', true],
  ['anything but this text', [{ 'anything-but': 'a' }], 'a', false],
  ['anything but a text: a number', [{ 'anything-but': 'a' }], 1, true],
  ['anything but a text: null', [{ 'anything-but': 'a' }], null, true],
  ['anything but texts', [{ 'anything-but': ['a', 'b'] }], 'b', false],
  ['anything but numbers', [{ 'anything-but': [100, 200] }], 300, true],
  ['anything but this number', [{ 'anything-but': [100, 200] }], 200, false],
  ['anything but zero', [{ 'anything-but': 0 }], 789, true],
  ['anything but a prefix', [{ 'anything-but': { prefix: 'init' } }], 'running', true],
  ['anything but this prefix', [{ 'anything-but': { prefix: 'init' } }], 'initializing', false],
  ['anything but a prefix: a number', [{ 'anything-but': { prefix: '1' } }], 12, true],
  ['anything but prefixes', [{ 'anything-but': { prefix: ['init', 'term'] } }], 'terminated', false],
  ['anything but a suffix', [{ 'anything-but': { suffix: '.txt' } }], 'a.txt', false],
  ['anything but suffixes', [{ 'anything-but': { suffix: ['.txt', '.rtf'] } }], 'a.png', true],
  ['anything but, ignoring case', [{ 'anything-but': { 'equals-ignore-case': 'Init' } }], 'INIT', false],
  ['anything but several, ignoring case', [{ 'anything-but': { 'equals-ignore-case': ['a', 'b'] } }], 'C', true],
  ['anything but a wildcard', [{ 'anything-but': { wildcard: '*/dir/*' } }], 'x/dir/y', false],
  ['anything but a wildcard: a number', [{ 'anything-but': { wildcard: '*/dir/*' } }], 123, true],
  ['anything but the empty wildcard', [{ 'anything-but': { wildcard: '' } }], 'dir/init', true],
  ['anything but wildcards', [{ 'anything-but': { wildcard: ['a*', 'b*'] } }], 'bc', false],
  ['anything but, where one of two elements is allowed', [{ 'anything-but': 'a' }], ['a', 'b'], true],

  ['equal numbers', [{ numeric: ['=', 300] }], 3e2, true],
  ['a half-open range', [{ numeric: ['>', 0, '<=', 5] }], 5, true],
  ['below a range', [{ numeric: ['>', 0, '<=', 5] }], 0, false],
  ['above a range', [{ numeric: ['>=', 0, '<', 5] }], 5, false],
  ['one bound', [{ numeric: ['<', 10] }], -4e9, true],
  ['fractions', [{ numeric: ['<', 0.5] }], 0.499999, true],
  ['a number in a text is no number', [{ numeric: ['=', 1] }], '1', false],
  ['null is no number', [{ numeric: ['<', 1] }], null, false],
  ['a number beyond five billion is outside', [{ numeric: ['>', 0] }], 6e9, false],

  ['an address inside of a block', [{ cidr: '10.0.0.0/24' }], '10.0.0.255', true],
  ['an address outside of a block', [{ cidr: '10.0.0.0/24' }], '10.0.1.0', false],
  ['an address below the written base of its block', [{ cidr: '10.0.0.7/24' }], '10.0.0.1', true],
  ['a block of one', [{ cidr: '10.0.0.7/32' }], '10.0.0.7', true],
  ['every address', [{ cidr: '0.0.0.0/0' }], '255.255.255.255', true],
  ['an IPv6 address inside of a block', [{ cidr: '2001:db8::/32' }], '2001:db8:ffff::1', true],
  ['an IPv6 address outside of a block', [{ cidr: '2001:db8::/32' }], '2001:db9::', false],
  ['an IPv4 address is in no IPv6 block', [{ cidr: '::/0' }], '10.0.0.1', false],
  ['a text that is no address', [{ cidr: '10.0.0.0/8' }], 'ten', false],
  ['a number is no address', [{ cidr: '10.0.0.0/8' }], 123, false],

  ['existence of null', [{ exists: true }], null, true],
  ['existence of an object', [{ exists: true }], { a: 1 }, false],
  ['existence of an empty array', [{ exists: true }], [], false],
  ['absence where there is an object', [{ exists: false }], { a: 1 }, true],
  ['absence where there is a value', [{ exists: false }], 'x', false],
  ['one operator or the other', [{ prefix: 'a' }, { suffix: 'z' }], 'xyz', true],
  ['absence or a value', [{ exists: false }, 'x'], 'x', true],
];

describe('a pattern of one field', () => {
  it.each(VALUES)('%s', (_behaviour, members, value, expected) => {
    expect(matches({ v: members }, { v: value })).toBe(expected);
  });

  it.each([
    ['a value', ['a']],
    ['null', [null]],
    ['anything but a text', [{ 'anything-but': 'a' }]],
    ['anything but a prefix', [{ 'anything-but': { prefix: 'a' } }]],
    ['existence', [{ exists: true }]],
  ])('is not matched by a field that is not there: %s', (_, members) => {
    expect(matches({ v: members }, { w: 1 })).toBe(false);
  });

  it('is matched by absence when the field, or all above it, is not there', () => {
    expect(matches({ detail: { v: [{ exists: false }] } }, { source: 'x' })).toBe(true);
    expect(matches({ a: { b: { c: [{ 'anything-but': ['x'] }, { exists: false }] } } }, { a: { d: 1 } })).toBe(true);
  });
});

describe('a pattern of several fields', () => {
  it('needs all of them, and ignores others', () => {
    const pattern = { source: ['s'], detail: { a: [1], b: [2] } };
    expect(matches(pattern, { source: 's', detail: { a: 1, b: 2, c: 3 } })).toBe(true);
    expect(matches(pattern, { source: 's', detail: { a: 1 } })).toBe(false);
  });

  it('joins names by dots, in events and patterns alike', () => {
    const event = { detail: { state: { status: 'running' } } };
    expect(matches({ detail: { 'state.status': ['running'] } }, event)).toBe(true);
    expect(matches({ detail: { state: { status: ['running'] } } }, { detail: { 'state.status': 'running' } })).toBe(
      true,
    );
    expect(matches({ detail: { 'state.status': { status: ['running'] } } }, event)).toBe(false);
  });

  it('does not look into JSON inside of a text', () => {
    expect(matches({ detail: { k: ['v'] } }, { detail: '{"k":"v"}' })).toBe(false);
  });

  it('distinguishes the case of names', () => {
    expect(matches({ detail: { Key: ['v'] } }, { detail: { key: 'v' } })).toBe(false);
  });

  it('matches fields inside of array elements only in the same element', () => {
    const pattern = { employees: { first: ['Anna'], last: ['Jung'] } };
    const jung = { first: 'Ben', last: 'Jung' };
    expect(matches(pattern, { employees: [{ first: 'Anna', last: 'Kurz' }, jung] })).toBe(false);
    expect(matches(pattern, { employees: [jung, { first: 'Anna', last: 'Jung' }] })).toBe(true);
  });

  it('keeps to one element at every level of nested arrays', () => {
    const pattern = { runs: { id: [1], steps: { name: ['a'], ok: [true] } } };
    const event = (second: boolean) => ({
      runs: [
        {
          id: 1,
          steps: [
            { name: 'a', ok: false },
            { name: 'b', ok: true },
          ],
        },
        { id: second ? 1 : 2, steps: [{ name: 'a', ok: true }] },
      ],
    });
    expect(matches(pattern, event(false))).toBe(false);
    expect(matches(pattern, event(true))).toBe(true);
  });

  it('lets different arrays go their own ways', () => {
    expect(matches({ a: { x: [1] }, b: { y: [2] } }, { a: [{ x: 0 }, { x: 1 }], b: [{ y: 2 }] })).toBe(true);
  });

  it('judges absence in the element that the other fields chose', () => {
    const pattern = { a: { b: [1], c: [{ exists: false }] } };
    expect(matches(pattern, { a: [{ b: 1 }, { b: 2, c: 3 }] })).toBe(true);
    expect(matches(pattern, { a: [{ b: 1, c: 3 }, { b: 2 }] })).toBe(false);
  });

  it('stays fast when many elements could go together and none does', () => {
    const list = (field: string) => Array.from({ length: 200 }, (_, index) => ({ [field]: index % 2, z: 0 }));
    const event = { a: list('x'), b: list('x'), c: list('x') };
    const pattern = { a: { x: [1], z: [1] }, b: { x: [1] }, c: { x: [1] } };
    const begun = performance.now();
    expect(matches(pattern, event)).toBe(false);
    expect(performance.now() - begun).toBeLessThan(500);
  });
});

describe('$or', () => {
  const event = (detail: Record<string, unknown>) => ({ source: 'cw', detail });

  it('is one of its alternatives, together with the fields beside it', () => {
    const pattern = { source: ['cw'], detail: { $or: [{ a: [1] }, { b: [{ numeric: ['<', 0] }] }] } };
    expect(matches(pattern, event({ a: 1 }))).toBe(true);
    expect(matches(pattern, event({ b: -1 }))).toBe(true);
    expect(matches(pattern, event({ a: 2, b: 2 }))).toBe(false);
    expect(matches(pattern, { ...event({ a: 1 }), source: 'x' })).toBe(false);
  });

  it('multiplies with another, and nests', () => {
    const pattern = {
      $or: [{ source: ['cw'] }, { account: ['1'] }],
      detail: { $or: [{ a: [1] }, { b: [2], $or: [{ c: [3] }, { d: [4] }] }] },
    };
    expect(matches(pattern, event({ b: 2, d: 4 }))).toBe(true);
    expect(matches(pattern, { account: '1', detail: { a: 1 } })).toBe(true);
    expect(matches(pattern, event({ b: 2 }))).toBe(false);
  });

  it('is an ordinary name unless it holds alternatives', () => {
    expect(matches({ $or: ['x'] }, { $or: 'x' })).toBe(true);
    expect(matches({ $or: [{ prefix: 'x' }, { suffix: 'y' }] }, { $or: 'xz' })).toBe(true);
  });

  it('is refused beyond a thousand combinations', () => {
    const branches = Array.from({ length: 11 }, (_, index) => ({ a: [index] }));
    const pattern = { x: { $or: branches }, y: { $or: branches }, z: { $or: branches } };
    expect(() => compilePattern(JSON.stringify(pattern))).toThrow(/too complex/);
  });
});

describe('what is no event pattern', () => {
  it.each<[reason: string, pattern: unknown]>([
    ['Filter is not an object', ['not', 'an', 'object']],
    ['Empty objects are not allowed', {}],
    ['Empty objects are not allowed', { detail: {} }],
    ['Empty arrays are not allowed', { resources: [] }],
    ['"int" must be an object or an array', { int: 42 }],
    ['"string" must be an object or an array', { string: 'my-value' }],
    ['Match value must be String, number, true, false, or null', { a: [['nested']] }],
    ['Match expression name not found', { a: [{}] }],
    ['Unrecognized match type EXISTS', { a: [{ EXISTS: true }] }],
    ['Unrecognized match type regex', { a: [{ regex: '.*' }] }],
    ['Unrecognized match type constructor', { a: [{ constructor: 'x' }] }],
    ['Only one key allowed in match expression', { a: [{ prefix: 'a', suffix: 'b' }] }],
    ['prefix match pattern must be a string', { a: [{ prefix: 123 }] }],
    ['prefix match pattern must be a string', { a: [{ prefix: ['x'] }] }],
    ['suffix match pattern must be a string', { a: [{ suffix: 123 }] }],
    ['equals-ignore-case match pattern must be a string', { a: [{ 'equals-ignore-case': ['x'] }] }],
    ['equals-ignore-case match pattern must be a string', { a: [{ 'equals-ignore-case': { prefix: 'x' } }] }],
    ['wildcard match pattern must be a string', { a: [{ wildcard: 123 }] }],
    ['Consecutive wildcard characters at pos 26', { a: [{ wildcard: 'arn:aws:events:us-east-1:**:event-bus/*' }] }],
    ['Rule is too complex', { a: [{ wildcard: '*:*:*:*:*:event-bus/*' }] }],
    ['Invalid escape character', { a: [{ wildcard: 'a\\b' }] }],
    ['exists match pattern must be either true or false.', { a: [{ exists: 'yes' }] }],
    ['Value of numeric must be an array.', { a: [{ numeric: 5 }] }],
    ['Bad numeric range operator: >', { a: [{ numeric: ['>', 0, '>', 0] }] }],
    ['Value of < must be numeric', { a: [{ numeric: ['>', 0, '<'] }] }],
    ['Value of equals must be numeric', { a: [{ numeric: ['=', '5'] }] }],
    ['Unrecognized numeric range operator: !=', { a: [{ numeric: ['!=', 5] }] }],
    ['Too many elements in numeric expression', { a: [{ numeric: ['<', 5, '>', 0] }] }],
    ['Bottom must be less than top', { a: [{ numeric: ['>', 5, '<', 0] }] }],
    ['Value must be between -5.0E9 and 5.0E9, inclusive', { a: [{ numeric: ['<', 6e9] }] }],
    ["Malformed CIDR, one '/' required", { a: [{ cidr: '10.0.0.1' }] }],
    ['Nonstandard IP address', { a: [{ cidr: 'bad/24' }] }],
    ['Malformed CIDR, mask bits must be an integer', { a: [{ cidr: '10.0.0.0/x' }] }],
    ['IPv4 mask bits must be < 33', { a: [{ cidr: '10.0.0.0/33' }] }],
    ['Inside anything but list', { a: [{ 'anything-but': [null] }] }],
    ['Value of anything-but must be', { a: [{ 'anything-but': null }] }],
    [
      'Inside anything but list, either all values are number or string, mixed type',
      { a: [{ 'anything-but': ['a', 1] }] },
    ],
    ['Inside anything but list, either all values are number or string, mixed type', { a: [{ 'anything-but': [] }] }],
    ['prefix/suffix match pattern must be a string', { a: [{ 'anything-but': { prefix: 123 } }] }],
    ['prefix/suffix match pattern must be a string', { a: [{ 'anything-but': { suffix: [123, '.txt'] } }] }],
    ['Null prefix/suffix not allowed', { a: [{ 'anything-but': { prefix: '' } }] }],
    ['Inside anything-but/equals-ignore-case list', { a: [{ 'anything-but': { 'equals-ignore-case': 123 } }] }],
    ['Value of anything-but must be', { a: [{ 'anything-but': { prefix: { 'equals-ignore-case': 'x' } } }] }],
    ['Unsupported anything-but pattern: numeric', { a: [{ 'anything-but': { numeric: ['=', 1] } }] }],
  ])('%s', (reason, pattern) => {
    const compile = () => compilePattern(JSON.stringify(pattern));
    expect(compile).toThrow(`Event pattern is not valid. Reason: ${reason}`);
    expect(compile).toThrow(expect.objectContaining({ name: 'InvalidEventPatternException' }));
  });

  it('includes what is no JSON', () => {
    expect(() => compilePattern("{'bad': 'quotation'}")).toThrow('Event pattern is not valid. Reason: Invalid JSON');
  });
});

describe('the sources of a pattern', () => {
  it('are known when the pattern names them', () => {
    expect(compilePattern('{"source":["a","b"]}').sources).toEqual(new Set(['a', 'b']));
  });

  it.each(['{"source":["a",{"prefix":"b"}]}', '{"detail-type":["x"]}'])('are open in %s', (pattern) => {
    expect(compilePattern(pattern).sources).toBeUndefined();
  });
});
