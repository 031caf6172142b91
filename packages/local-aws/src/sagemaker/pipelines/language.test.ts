import { describe, expect, test } from 'vitest';
import { holds } from './conditions.ts';
import { parseDefinition } from './definition.ts';
import { parameterValues } from './parameters.ts';
import { resolve, type Scope } from './resolve.ts';

/** The pipeline definition's language: what it may say, its parameters, references, functions and conditions. */

const processing = (Name: string, more = {}) => ({ Name, Type: 'Processing', Arguments: {}, ...more });
const definition = (Steps: unknown[], more = {}) => JSON.stringify({ Version: '2020-12-01', Steps, ...more });
const parameter = (Name: string, Type: string, more = {}) => ({ Name, Type, ...more });

describe('a definition is refused', () => {
  test.each<[string, string, RegExp]>([
    ['that is no JSON', '{', /JSON/],
    ['of another version', definition([processing('A')], { Version: '2021-01-01' }), /Version/],
    ['without steps', definition([]), /Steps/],
    ['with a step type that is not run here', definition([{ ...processing('A'), Type: 'Lambda' }]), /Type/],
    ['with a step without arguments', definition([{ Name: 'A', Type: 'Processing' }]), /Arguments/],
    ['with two steps of one name', definition([processing('A'), processing('A')]), /unique: A/],
    [
      'with two steps of one name, one in a branch',
      definition([
        processing('A'),
        { Name: 'C', Type: 'Condition', Arguments: { Conditions: [{}], IfSteps: [processing('A')] } },
      ]),
      /unique: A/,
    ],
    [
      'with a Condition without conditions',
      definition([{ Name: 'C', Type: 'Condition', Arguments: { Conditions: [] } }]),
      /Conditions/,
    ],
    [
      'that refers to an unknown parameter',
      definition([processing('A', { Arguments: { X: [{ Get: 'Parameters.P' }] } })]),
      /parameter P/,
    ],
    [
      'that refers to an unknown step',
      definition([processing('A', { Arguments: { X: { Get: 'Steps.B.X' } } })]),
      /step B, which does not exist/,
    ],
    [
      'that depends on a Fail step',
      definition([
        { Name: 'F', Type: 'Fail', Arguments: { ErrorMessage: 'x' } },
        processing('A', { DependsOn: ['F'] }),
      ]),
      /depends on the Fail step F/,
    ],
    [
      'that refers to a Fail step',
      definition([
        { Name: 'F', Type: 'Fail', Arguments: {} },
        processing('A', { Arguments: { X: { Get: 'Steps.F.X' } } }),
      ]),
      /depends on the Fail step F/,
    ],
    [
      'that goes in a circle',
      definition([processing('A', { DependsOn: ['B'] }), processing('B', { Arguments: { X: { Get: 'Steps.A.Y' } } })]),
      /depend on each other: A, B/,
    ],
    [
      'with two parameters of one name',
      definition([processing('A')], { Parameters: [parameter('P', 'String'), parameter('P', 'Float')] }),
      /Parameter names must be unique: P/,
    ],
    [
      'with a parameter of an unknown type',
      definition([processing('A')], { Parameters: [parameter('P', 'List')] }),
      /Type/,
    ],
    [
      'with more than 200 parameters',
      definition([processing('A')], {
        Parameters: Array.from({ length: 201 }, (_, index) => parameter(`P${index}`, 'String')),
      }),
      /at most 200/,
    ],
    [
      'with a default that is not of its type',
      definition([processing('A')], { Parameters: [parameter('P', 'Integer', { DefaultValue: 'many' })] }),
      /many of parameter P cannot be parsed as type Integer/,
    ],
    [
      'with a default that is not among its values',
      definition([processing('A')], {
        Parameters: [parameter('P', 'String', { DefaultValue: 'c', EnumValues: ['a', 'b'] })],
      }),
      /must be one of a, b/,
    ],
  ])('%s', (_what, text, message) => {
    expect(() => parseDefinition(text)).toThrow(message);
  });

  test('a retry policy and what else is new is let pass', () => {
    const step = processing('A', {
      RetryPolicies: [{ ExceptionType: ['Step.SERVICE_FAULT'], MaxAttempts: 3 }],
      Novel: 1,
    });
    expect(parseDefinition(definition([step])).steps.map(({ Name }) => Name)).toEqual(['A']);
  });
});

describe('parameters', () => {
  const value = (Type: 'String' | 'Integer' | 'Float' | 'Boolean', given: string) =>
    parameterValues([{ Name: 'P', Type }], { P: given }).P;
  test.each([
    ['String', '7', '7'],
    ['Integer', '-7', -7],
    ['Float', '0.6', 0.6],
    ['Float', '1e3', 1000],
    ['Boolean', 'true', true],
    ['Boolean', 'false', false],
  ] as const)('%s %s', (type, given, expected) => {
    expect(value(type, given)).toBe(expected);
  });
  test.each([
    ['Integer', '1.5'],
    ['Integer', ''],
    ['Float', 'much'],
    ['Float', ' '],
    ['Boolean', 'yes'],
  ] as const)('%s is not %j', (type, given) => {
    expect(() => value(type, given)).toThrow(/cannot be parsed as type/);
  });
  test('what is given comes before the default; what has neither is named', () => {
    const both = [
      { Name: 'A', Type: 'Integer' as const, DefaultValue: 1 },
      { Name: 'B', Type: 'String' as const },
    ];
    expect(parameterValues(both, { A: '2', B: 'b' })).toEqual({ A: 2, B: 'b' });
    expect(() => parameterValues(both, {})).toThrow('Parameters [B] do not have default value.');
    expect(() => parameterValues(both, { B: 'b', C: 'c' })).toThrow('Pipeline parameters [C] are not defined.');
  });
});

describe('conditions', () => {
  const compare = (Type: string, LeftValue: unknown, RightValue: unknown) => holds({ Type, LeftValue, RightValue });
  test.each<[string, unknown, unknown, boolean]>([
    ['Equals', 1, 1, true],
    ['Equals', '1', 1, true],
    ['Equals', 'a', 'b', false],
    ['NotEquals', 'a', 'b', true],
    ['NotEquals', 1, 1, false],
    ['GreaterThan', 2, 1, true],
    ['GreaterThan', 1, 1, false],
    ['GreaterThan', '10', '9', true],
    ['GreaterThanOrEqualTo', 1, 1, true],
    ['GreaterThanOrEqualTo', 0.59, 0.6, false],
    ['LessThan', 1, 2, true],
    ['LessThan', 2, 2, false],
    ['LessThanOrEqualTo', 2, 2, true],
    ['LessThanOrEqualTo', 'b', 'a', false],
  ])('%s %j %j', (type, left, right, expected) => {
    expect(compare(type, left, right)).toBe(expected);
  });
  const yes = { Type: 'Equals', LeftValue: 1, RightValue: 1 };
  const no = { Type: 'Equals', LeftValue: 1, RightValue: 2 };
  test.each<[string, unknown, boolean]>([
    ['In', { Type: 'In', Value: 'b', In: ['a', 'b'] }, true],
    ['In, of none', { Type: 'In', Value: 'b', In: [] }, false],
    ['NotIn', { Type: 'NotIn', Value: 'c', In: ['a', 'b'] }, true],
    ['Or, one of them', { Type: 'Or', Conditions: [no, yes] }, true],
    ['Or, none of them', { Type: 'Or', Conditions: [no, no] }, false],
    ['Not', { Type: 'Not', Expression: no }, true],
    ['Not of Or', { Type: 'Not', Expression: { Type: 'Or', Conditions: [no, yes] } }, false],
  ])('%s', (_rule, condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });
  test.each([[{ Type: 'Contains' }], ['text'], [{ Type: 'In', Value: 1 }]])('%j is none that exists', (condition) => {
    expect(() => holds(condition)).toThrow(/is not one that exists here/);
  });
});

describe('references and functions', () => {
  const report = JSON.stringify({ metrics: { map50: { value: 0.7 }, classes: [{ name: 'dent' }] } });
  const scope: Scope = {
    async get({ root, name, path }) {
      return root === 'Parameters'
        ? { P: 'p', N: 3 }[name]
        : root === 'Steps' && path === 'X.Y'
          ? `${name}!`
          : undefined;
    },
    propertyFile: async (step, name) => (step === 'Evaluate' && name === 'Report' ? report : '{'),
    readText: async (uri) => (uri === 's3://b/p.json' ? report : ''),
  };
  const file = { Get: 'Steps.Evaluate.PropertyFiles.Report' };
  test.each<[string, unknown, unknown]>([
    ['a parameter, with its type', { Get: 'Parameters.N' }, 3],
    ['a step’s result, deep in the arguments', { a: [{ b: { Get: 'Steps.Train.X.Y' } }] }, { a: [{ b: 'Train!' }] }],
    ['Std:Join with On', { 'Std:Join': { On: '/', Values: ['s3:/', { Get: 'Parameters.P' }, 1] } }, 's3://p/1'],
    ['Std:Join without On', { 'Std:Join': { Values: ['a', 'b'] } }, 'ab'],
    [
      'Std:Join within Std:Join',
      { 'Std:Join': { On: '-', Values: [{ 'Std:Join': { Values: ['a', 'b'] } }, 'c'] } },
      'ab-c',
    ],
    ['Std:JsonGet of a property file', { 'Std:JsonGet': { PropertyFile: file, Path: 'metrics.map50.value' } }, 0.7],
    [
      'Std:JsonGet of an object in S3',
      {
        'Std:JsonGet': {
          S3Uri: { 'Std:Join': { On: '/', Values: ['s3://b', 'p.json'] } },
          Path: 'metrics.classes[0].name',
        },
      },
      'dent',
    ],
    ['what only looks like a function', { Get: 'Parameters.P', and: 1 }, { Get: 'Parameters.P', and: 1 }],
  ])('%s', async (_rule, value, expected) => {
    expect(await resolve(value, scope)).toEqual(expected);
  });
  test.each<[string, unknown, RegExp]>([
    ['nothing to refer to', { Get: 'Steps.Train.Z' }, /has no value/],
    ['a reference of another kind', { Get: 'Pipeline.X' }, /is not a reference that exists here/],
    ['Std:Join without Values', { 'Std:Join': { On: '/' } }, /needs Values/],
    ['Std:JsonGet without Path', { 'Std:JsonGet': { PropertyFile: file } }, /needs Path/],
    [
      'Std:JsonGet of what is not there',
      { 'Std:JsonGet': { PropertyFile: file, Path: 'metrics.nope' } },
      /has nothing at metrics.nope/,
    ],
    [
      'Std:JsonGet of what is no JSON',
      { 'Std:JsonGet': { PropertyFile: { Get: 'Steps.E.PropertyFiles.Q' }, Path: 'x' } },
      /cannot be read as JSON/,
    ],
  ])('%s fails the step', async (_rule, value, message) => {
    await expect(resolve(value, scope)).rejects.toThrow(message);
  });
});
