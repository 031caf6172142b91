import { describe, expect, it } from 'vitest';
import { dropUnusedRole } from '../src/unused-role.ts';

const role = { Type: 'AWS::IAM::Role' };

/** Whether the role `Shared` is left in a template that holds `rest` besides. */
function isLeft(rest: Record<string, unknown>, outside: object = {}): boolean {
  const template = { Resources: { Shared: role, ...rest }, ...outside };
  dropUnusedRole(template, 'Shared');
  expect(template.Resources).toMatchObject(rest);
  return template.Resources.Shared !== undefined;
}

describe('a role', () => {
  it('goes when nothing names it, be it that another one is called alike', () => {
    expect(isLeft({ Greet: { Role: { 'Fn::GetAtt': ['GreetShared', 'Arn'] } }, GreetShared: role })).toBe(false);
  });

  it.each([
    ['a reference', { Ref: 'Shared' }],
    ['an attribute', { 'Fn::GetAtt': ['Shared', 'Arn'] }],
    ['an attribute in one word', { 'Fn::GetAtt': 'Shared.Arn' }],
    ['a text', { 'Fn::Sub': '${Shared.Arn}' }],
  ])('stays for %s', (_, Role) => {
    expect(isLeft({ Greet: { Properties: { Role } } })).toBe(true);
  });

  it('stays for what depends on it, and for an output', () => {
    expect(isLeft({ Greet: { DependsOn: ['GreetLogGroup', 'Shared'] } })).toBe(true);
    expect(isLeft({}, { Outputs: { Role: { Value: { 'Fn::GetAtt': ['Shared', 'Arn'] } } } })).toBe(true);
  });
});
