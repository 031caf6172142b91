import { notImplemented } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { alreadyExists, checkName, inUse, required } from '../errors.ts';
import { page } from '../pages.ts';
import { checkPolicy } from '../policy.ts';
import { type Iot, policyArn } from '../state.ts';

export const createPolicy: Operation<'iot', 'CreatePolicy', Iot> = (input, _request, { policies, kernel }) => {
  const { policyName = '', policyDocument = '' } = input;
  checkName('policyName', policyName);
  checkPolicy(policyDocument);
  const arn = policyArn(kernel, policyName);
  if (policies.get(policyName)) throw alreadyExists(`Policy ${policyName}`, arn);
  const now = kernel.clock.now();
  policies.put(policyName, { name: policyName, document: policyDocument, version: 1, created: now, modified: now });
  return { policyName, policyArn: arn, policyDocument, policyVersionId: '1' };
};

export const getPolicy: Operation<'iot', 'GetPolicy', Iot> = ({ policyName = '' }, _request, { policies, kernel }) => {
  const policy = required(policies.get(policyName), `Policy ${policyName}`);
  return {
    policyName,
    policyArn: policyArn(kernel, policyName),
    policyDocument: policy.document,
    defaultVersionId: `${policy.version}`,
    creationDate: new Date(policy.created),
    lastModifiedDate: new Date(policy.modified),
  };
};

/** Only the default version is kept. */
export const createPolicyVersion: Operation<'iot', 'CreatePolicyVersion', Iot> = (
  input,
  _request,
  { policies, kernel },
) => {
  const { policyName = '', policyDocument = '', setAsDefault } = input;
  if (!setAsDefault) throw notImplemented('IoT: versions of a policy besides the default one (setAsDefault)');
  checkPolicy(policyDocument);
  const policy = required(policies.get(policyName), `Policy ${policyName}`);
  const version = policy.version + 1;
  policies.put(policyName, { ...policy, document: policyDocument, version, modified: kernel.clock.now() });
  return {
    policyArn: policyArn(kernel, policyName),
    policyDocument,
    policyVersionId: `${version}`,
    isDefaultVersion: true,
  };
};

export const listPolicies: Operation<'iot', 'ListPolicies', Iot> = (input, _request, { policies, kernel }) => {
  const { items, nextToken } = page(policies.list(), input.pageSize, input.marker);
  return {
    policies: items.map(({ key }) => ({ policyName: key, policyArn: policyArn(kernel, key) })),
    nextMarker: nextToken,
  };
};

export const deletePolicy: Operation<'iot', 'DeletePolicy', Iot> = ({ policyName = '' }, _request, iot) => {
  required(iot.policies.get(policyName), `Policy ${policyName}`);
  if (iot.certificates.list().some(({ value }) => value.policies.includes(policyName)))
    throw inUse(
      `The policy cannot be deleted as the policy is attached to one or more principals (name=${policyName})`,
    );
  iot.policies.delete(policyName);
  return {};
};
