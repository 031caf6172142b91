import { internalCaller, roleCaller } from '../../kernel/caller.ts';
import { AwsError, notImplemented } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Operation } from '../../kernel/service.ts';

/** Gives credentials of a role that trusts the caller: the door has asked its trust policy. */
export const assumeRole: Operation<'sts', 'AssumeRole', Kernel> = async (input, { caller }, kernel) => {
  if (input.Policy !== undefined || (input.PolicyArns?.length ?? 0) > 0)
    throw notImplemented('sts:AssumeRole with a session policy');
  const { RoleArn = '', RoleSessionName = '', DurationSeconds = 3600 } = input;
  if (!/^[\w+=,.@-]{2,64}$/.test(RoleSessionName))
    throw invalid(
      `Value '${RoleSessionName}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  if (!Number.isInteger(DurationSeconds) || DurationSeconds < 900 || DurationSeconds > 43_200)
    throw invalid(
      `Value '${DurationSeconds}' at 'durationSeconds' failed to satisfy constraint: Member must have a value from 900 to 43200`,
    );
  const name = RoleArn.slice(RoleArn.lastIndexOf('/') + 1);
  const asSts = internalCaller('sts.amazonaws.com', kernel.account);
  const role = await kernel.call('iam', 'GetRole', { RoleName: name }, asSts).then(
    ({ Role }) => Role,
    (error: unknown) => {
      if (error instanceof AwsError && error.code === 'NoSuchEntityException') return undefined;
      throw error;
    },
  );
  if (role?.Arn !== RoleArn)
    throw new AwsError(
      'AccessDenied',
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
      { status: 403 },
    );
  if (DurationSeconds > (role.MaxSessionDuration ?? 3600))
    throw invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  const key = kernel.credentials.issue(roleCaller(RoleArn, RoleSessionName), DurationSeconds);
  return {
    Credentials: {
      AccessKeyId: key.accessKeyId,
      SecretAccessKey: key.secretAccessKey,
      SessionToken: key.sessionToken,
      Expiration: new Date(key.expires),
    },
    AssumedRoleUser: {
      AssumedRoleId: `${role.RoleId}:${RoleSessionName}`,
      Arn: `arn:aws:sts::${kernel.account}:assumed-role/${name}/${RoleSessionName}`,
    },
  };
};

const invalid = (message: string) => new AwsError('ValidationError', message, { status: 400 });
