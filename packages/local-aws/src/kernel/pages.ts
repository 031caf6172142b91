/** A token that says where a list goes on. */
export const tokenFor = (place: number): string => Buffer.from(`${place}`).toString('base64url');

/** The place that a token says, 0 without one. @throws `invalid()` for a token that isn't ours */
export function placeIn(token: string | undefined, invalid: () => Error): number {
  if (token === undefined) return 0;
  const place = Buffer.from(token, 'base64url').toString();
  if (!/^\d+$/.test(place)) throw invalid();
  return Number(place);
}

/**
 * A page of a list, and where the next one begins, if there is more.
 * @throws `invalid()` for a token that isn't ours
 */
export function pageOf<T>(
  items: readonly T[],
  { most, token }: { most: number; token: string | undefined },
  invalid: () => Error,
): { items: T[]; next?: string } {
  const begin = placeIn(token, invalid);
  const end = begin + most;
  return { items: items.slice(begin, end), ...(end < items.length && { next: tokenFor(end) }) };
}
