import { AwsError } from '../kernel/errors.ts';

/** What a rule, bus, archive or replay may be called. @throws ValidationException */
export function checkName(member: string, name: string, longest: number): void {
  if (name.length <= longest && /^[.\-_A-Za-z0-9]+$/.test(name)) return;
  throw new AwsError(
    'ValidationException',
    `Value '${name}' at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${longest} and satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+`,
  );
}
