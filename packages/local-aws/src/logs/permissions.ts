import type { Kernel } from '../kernel/kernel.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';
import type { Logs } from './state.ts';

/** CloudWatch Logs names a stream also where an action concerns the whole group: the stream's part is empty then. */
function stream(
  input: {
    logGroupName?: string | undefined;
    logGroupIdentifier?: string | undefined;
    logStreamName?: string | undefined;
  },
  kernel: Kernel,
): string {
  const identifier = input.logGroupName ?? input.logGroupIdentifier ?? '';
  const group = identifier.startsWith('arn:') ? (identifier.split(':')[6] ?? '') : identifier;
  return kernel.arn('logs', `log-group:${group}:log-stream:${input.logStreamName ?? ''}`);
}

export const logsAuthorization: ServiceAuthorization<'logs', Logs> = {
  prefix: 'logs',
  permissions: {
    CreateLogGroup: stream,
    CreateLogStream: stream,
    DeleteLogGroup: stream,
    DeleteLogStream: stream,
    DeleteResourcePolicy: () => '*',
    DeleteRetentionPolicy: stream,
    DescribeLogGroups: (_input, kernel) => stream({}, kernel),
    DescribeLogStreams: stream,
    DescribeResourcePolicies: () => '*',
    FilterLogEvents: (input, kernel) =>
      stream({ logGroupName: input.logGroupName, logGroupIdentifier: input.logGroupIdentifier }, kernel),
    GetLogEvents: stream,
    PutLogEvents: stream,
    PutResourcePolicy: () => '*',
    PutRetentionPolicy: stream,
  },
  /** The account's policies say themselves which groups they are for. */
  resourcePolicies: (_arn, { policies }) =>
    policies.list().map(({ value: { name, document } }) => ({ name, text: document })),
};
