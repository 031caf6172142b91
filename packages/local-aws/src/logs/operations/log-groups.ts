import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { type LogGroup, type Logs, requireGroup } from '../state.ts';

export const createLogGroup: Operation<'logs', 'CreateLogGroup', Logs> = (input, _request, logs) => {
  const name = input.logGroupName ?? '';
  if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name))
    throw new AwsError(
      'InvalidParameterException',
      `Log group name ${name} is not valid: 1 to 512 characters of [.-_/#A-Za-z0-9].`,
    );
  if (logs.groups.get(name))
    throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
  logs.groups.put(name, { name, created: logs.kernel.clock.now(), tags: input.tags ?? {} });
  return {};
};

export const deleteLogGroup: Operation<'logs', 'DeleteLogGroup', Logs> = (input, _request, logs) => {
  const { name } = requireGroup(logs, input);
  logs.events.removeGroup(name);
  for (const { key } of logs.streams.list({ prefix: `${name}\n` })) logs.streams.delete(key);
  logs.groups.delete(name);
  return {};
};

export const describeLogGroups: Operation<'logs', 'DescribeLogGroups', Logs> = (input, _request, logs) => {
  const limit = input.limit ?? 50;
  const prefix = input.logGroupNamePrefix ?? '';
  const found = logs.groups
    .list({ prefix, after: input.nextToken ?? '' })
    .filter(({ key }) => key.includes(input.logGroupNamePattern ?? ''));
  const page = found.slice(0, limit);
  return {
    logGroups: page.map(({ value }) => describe(logs, value)),
    ...(found.length > limit ? { nextToken: page.at(-1)?.key } : {}),
  };
};

const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const putRetentionPolicy: Operation<'logs', 'PutRetentionPolicy', Logs> = (input, _request, logs) => {
  const group = requireGroup(logs, input);
  const retentionDays = input.retentionInDays ?? 0;
  if (!RETENTION_DAYS.includes(retentionDays))
    throw new AwsError(
      'InvalidParameterException',
      `Retention of ${retentionDays} days is not one of ${RETENTION_DAYS.join(', ')}.`,
    );
  logs.groups.put(group.name, { ...group, retentionDays });
  return {};
};

export const deleteRetentionPolicy: Operation<'logs', 'DeleteRetentionPolicy', Logs> = (input, _request, logs) => {
  const { retentionDays: _, ...group } = requireGroup(logs, input);
  logs.groups.put(group.name, group);
  return {};
};

function describe({ kernel }: Logs, { name, created, retentionDays }: LogGroup) {
  const arn = kernel.arn('logs', `log-group:${name}`);
  return {
    logGroupName: name,
    creationTime: created,
    ...(retentionDays === undefined ? {} : { retentionInDays: retentionDays }),
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    logGroupClass: 'STANDARD' as const,
  };
}
