import type { Operation } from '../../kernel/service.ts';
import { alreadyExists, checkName, invalid, required } from '../errors.ts';
import { page } from '../pages.ts';
import { type Iot, roleAliasArn } from '../state.ts';

export const createRoleAlias: Operation<'iot', 'CreateRoleAlias', Iot> = (input, _request, { roleAliases, kernel }) => {
  const { roleAlias = '', roleArn = '', credentialDurationSeconds: duration = 3600 } = input;
  checkName('roleAlias', roleAlias);
  checkDuration(duration);
  const arn = roleAliasArn(kernel, roleAlias);
  if (roleAliases.get(roleAlias)) throw alreadyExists(`Role Alias ${roleAlias}`, arn);
  const now = kernel.clock.now();
  roleAliases.put(roleAlias, { alias: roleAlias, roleArn, duration, created: now, modified: now });
  return { roleAlias, roleAliasArn: arn };
};

export const describeRoleAlias: Operation<'iot', 'DescribeRoleAlias', Iot> = (
  input,
  _request,
  { roleAliases, kernel },
) => {
  const record = required(roleAliases.get(input.roleAlias ?? ''), `Role Alias ${input.roleAlias}`);
  return {
    roleAliasDescription: {
      roleAlias: record.alias,
      roleAliasArn: roleAliasArn(kernel, record.alias),
      roleArn: record.roleArn,
      owner: kernel.account,
      credentialDurationSeconds: record.duration,
      creationDate: new Date(record.created),
      lastModifiedDate: new Date(record.modified),
    },
  };
};

export const updateRoleAlias: Operation<'iot', 'UpdateRoleAlias', Iot> = (input, _request, { roleAliases, kernel }) => {
  const record = required(roleAliases.get(input.roleAlias ?? ''), `Role Alias ${input.roleAlias}`);
  const { roleArn = record.roleArn, credentialDurationSeconds: duration = record.duration } = input;
  checkDuration(duration);
  roleAliases.put(record.alias, {
    ...record,
    roleArn,
    duration,
    modified: kernel.clock.now(),
  });
  return { roleAlias: record.alias, roleAliasArn: roleAliasArn(kernel, record.alias) };
};

function checkDuration(seconds: number): void {
  if (seconds < 900 || seconds > 43_200)
    throw invalid(
      `1 validation error detected: Value '${seconds}' at 'credentialDurationSeconds' failed to satisfy constraint: Member must have value from 900 to 43200`,
    );
}

export const listRoleAliases: Operation<'iot', 'ListRoleAliases', Iot> = (input, _request, { roleAliases }) => {
  const { items, nextToken } = page(roleAliases.list(), input.pageSize, input.marker);
  return { roleAliases: items.map(({ key }) => key), nextMarker: nextToken };
};

export const deleteRoleAlias: Operation<'iot', 'DeleteRoleAlias', Iot> = (input, _request, { roleAliases }) => {
  required(roleAliases.get(input.roleAlias ?? ''), `Role Alias ${input.roleAlias}`);
  roleAliases.delete(input.roleAlias ?? '');
  return {};
};
