import { AwsError } from '../kernel/errors.ts';

export const notFound = (what: string): AwsError =>
  new AwsError('ResourceNotFoundException', `${what} does not exist.`, { status: 404 });

export const alreadyExists = (what: string, arn: string): AwsError =>
  new AwsError('ResourceAlreadyExistsException', `${what} already exists with different properties.`, {
    status: 409,
    extra: { resourceArn: arn },
  });

export const invalid = (message: string): AwsError => new AwsError('InvalidRequestException', message, { status: 400 });

export const inUse = (message: string): AwsError => new AwsError('DeleteConflictException', message, { status: 409 });

/** The record, or AWS's error when there is none. */
export function required<T>(record: T | undefined, what: string): T {
  if (record === undefined) throw notFound(what);
  return record;
}

/** The names of AWS IoT's resources, as its API reference gives them: none can be taken for a topic's level or a wildcard. */
const NAMES = {
  thingName: /^[a-zA-Z0-9:_-]{1,128}$/,
  thingGroupName: /^[a-zA-Z0-9:_-]{1,128}$/,
  policyName: /^[\w+=,.@-]{1,128}$/,
  roleAlias: /^[\w=,@-]{1,128}$/,
  jobId: /^[a-zA-Z0-9_-]{1,64}$/,
};

/** @throws InvalidRequestException for a name that such a resource can't have */
export function checkName(member: keyof typeof NAMES, name: string): void {
  if (!NAMES[member].test(name))
    throw invalid(
      `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${NAMES[member].source}`,
    );
}
