import { AwsError } from '../kernel/errors.ts';

export const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

export const alarmNotFound = (): AwsError => new AwsError('ResourceNotFound', 'Unknown alarm.');

/** The one of `known` that a caller names. @throws ValidationException */
export function oneOf<Known extends string>(known: readonly Known[], value: string | undefined, member: string): Known {
  const found = known.find((one) => one === value);
  if (found !== undefined) return found;
  throw invalid(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${known.join(', ')}]`,
  );
}
