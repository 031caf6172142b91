import { describe, expect, test } from 'vitest';
import { administratorCaller, internalCaller, roleCaller, serviceCaller, serviceRoleCaller } from '../caller.ts';
import { Authorization, type PolicySource } from './authorization.ts';

const ACCOUNT = '000000000000';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;
const QUEUE = `arn:aws:sqs:eu-west-1:${ACCOUNT}:jobs`;
const need = { action: 'sqs:SendMessage', resource: QUEUE };
const role = roleCaller(ROLE, 'session');

const allow = (statement: object) => [
  { name: 'p', text: JSON.stringify({ Statement: { Effect: 'Allow', ...statement } }) },
];
const send = { Action: need.action, Resource: QUEUE };
const trusting = (Service: string) => allow({ Principal: { Service }, Action: 'sts:AssumeRole' });
/** Took any JSON, once. */
const broken = [{ name: 'old', text: '{"Statement":[{"Effect":"Maybe"}]}' }];

function authorization(policies: Partial<{ [Name in keyof PolicySource]: ReturnType<PolicySource[Name]> }>) {
  const { identityPolicies = allow(send), trustPolicies = [], resourcePolicies = [] } = policies;
  const source: PolicySource = {
    identityPolicies: () => identityPolicies,
    trustPolicies: () => trustPolicies,
    resourcePolicies: (arn) => (arn === QUEUE ? resourcePolicies : undefined),
  };
  return new Authorization(source, () => {});
}

describe('the door', () => {
  test('lets a service work with a role for as long as that trusts it, whichever way it is asked', () => {
    const lambda = serviceRoleCaller('lambda.amazonaws.com', ROLE, 'f');
    const trusted = authorization({ trustPolicies: trusting('lambda.amazonaws.com') });
    expect(trusted.allows(lambda, need)).toBe(true);
    trusted.require('sqs', lambda, [need]);
    const others = authorization({ trustPolicies: trusting('states.amazonaws.com') });
    expect(others.allows(lambda, need)).toBe(false);
    expect(others.refusal('sqs', lambda, [need])?.message).toMatch(
      /lambda.*sts:AssumeRole on resource: .*role\/worker/,
    );
    // Nothing is asked of who has the role by itself.
    expect(others.allows(role, need)).toBe(true);
  });

  test('lets in a service by the resource alone, and past it where there is no resource', () => {
    const rules = serviceCaller('events.amazonaws.com', ACCOUNT);
    expect(authorization({}).allows(rules, need)).toBe(false);
    const open = authorization({ resourcePolicies: allow({ ...send, Principal: { Service: rules.arn } }) });
    expect(open.allows(rules, need)).toBe(true);
    expect(authorization({}).allows(rules, { ...need, resource: `${QUEUE}-gone` })).toBe(true);
  });

  test('asks nobody about what services do behind their own API', () => {
    const closed = authorization({ identityPolicies: [], resourcePolicies: [] });
    expect(closed.allows(internalCaller('sagemaker.amazonaws.com', ACCOUNT), need)).toBe(true);
  });

  test.each([
    ['identityPolicies', ROLE],
    ['resourcePolicies', QUEUE],
  ])('stays shut where %s were kept that nothing can be decided by, and says what to do', (where, holder) => {
    const door = authorization({ [where]: broken });
    const code = 'MalformedPolicyDocument';
    const message = expect.stringMatching(
      new RegExp(`^The policy old of ${holder} cannot be decided by.*deploying`, 's'),
    );
    expect(() => door.require('sqs', role, [need])).toThrow(expect.objectContaining({ code, message }));
    // Or nobody could.
    door.require('sqs', administratorCaller(ACCOUNT), [need]);
  });
});
