import { AwsError } from '../kernel/errors.ts';

/** One page of a list that is ordered by name. @throws ValidationException for a token that isn't ours */
export function page<T>(
  items: T[],
  nameOf: (item: T) => string,
  { Limit = 100, NextToken }: { Limit?: number; NextToken?: string },
): { items: T[]; NextToken?: string } {
  if (Limit < 1 || Limit > 100)
    throw new AwsError(
      'ValidationException',
      `Value '${Limit}' at 'limit' failed to satisfy constraint: Member must have value between 1 and 100`,
    );
  const after = NextToken === undefined ? undefined : Buffer.from(NextToken, 'base64').toString();
  const start = after === undefined ? 0 : items.findIndex((item) => nameOf(item) === after) + 1;
  const found = items.slice(start, start + Limit);
  const last = found.at(-1);
  const more = start + Limit < items.length && last !== undefined;
  return { items: found, ...(more && { NextToken: Buffer.from(nameOf(last)).toString('base64') }) };
}
