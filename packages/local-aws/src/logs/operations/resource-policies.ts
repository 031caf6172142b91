import { MalformedPolicy, parsePolicy } from '../../kernel/authorization/policy.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import type { Logs } from '../state.ts';

export const putResourcePolicy: Operation<'logs', 'PutResourcePolicy', Logs> = (input, _request, logs) => {
  const { policyName: name = '', policyDocument: document = '' } = input;
  try {
    parsePolicy(document, 'resource');
  } catch (cause) {
    if (!(cause instanceof MalformedPolicy)) throw cause;
    throw new AwsError('InvalidParameterException', `The policy document of ${name} is malformed: ${cause.message}`, {
      cause,
    });
  }
  const policy = { name, document, updated: logs.kernel.clock.now() };
  logs.policies.put(name, policy);
  return { resourcePolicy: describe(policy) };
};

export const describeResourcePolicies: Operation<'logs', 'DescribeResourcePolicies', Logs> = (
  _input,
  _request,
  logs,
) => ({
  resourcePolicies: logs.policies.list().map(({ value }) => describe(value)),
});

export const deleteResourcePolicy: Operation<'logs', 'DeleteResourcePolicy', Logs> = (input, _request, logs) => {
  if (!logs.policies.delete(input.policyName ?? ''))
    throw new AwsError('ResourceNotFoundException', `Policy with name [${input.policyName}] does not exist.`);
  return {};
};

function describe({ name, document, updated }: { name: string; document: string; updated: number }) {
  return { policyName: name, policyDocument: document, lastUpdatedTime: updated };
}
