import type { ServiceName } from '../modules.ts';
import { defineService, type Service, type ServiceDefinition } from '../service.ts';
import type { Permissions } from './permission.ts';

/** In tests of other things: a service in place of the real one, whose operations anyone may call. */
export function standIn<S extends ServiceName, State>(
  definition: Omit<ServiceDefinition<S, State>, 'authorization'>,
): Service {
  const entries = Object.keys(definition.operations).map((name) => [name, () => []]);
  // An entry for each operation there is, whatever its input.
  const permissions = Object.fromEntries(entries) as Permissions<S, State>;
  return defineService({ ...definition, authorization: { prefix: definition.name, permissions } });
}

const document = (statement: Record<string, unknown>) =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', ...statement } });

/** In tests of other things, IAM's stand-in: every role is there, trusts everyone, and may do all. */
export const openRoles: Service = defineService<'iam', null>({
  name: 'iam',
  signingName: 'iam',
  load: () => import('@aws-sdk/client-iam'),
  create: () => null,
  operations: {},
  authorization: {
    prefix: 'iam',
    permissions: {},
    identityPolicies: () => [{ name: 'all', text: document({ Action: '*', Resource: '*' }) }],
    trustPolicies: () => [{ name: 'trust', text: document({ Principal: '*', Action: 'sts:AssumeRole' }) }],
  },
});
