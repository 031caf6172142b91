import { pageOf } from '../kernel/pages.ts';
import { invalid } from './errors.ts';

/** A page of `items` (at most 100); the token says where the next one begins. */
export function page<T>(items: T[], maxResults = 50, token?: string | undefined): { items: T[]; nextToken?: string } {
  const { next, ...found } = pageOf(items, { most: Math.min(maxResults, 100), token }, () =>
    invalid('nextToken is not one of this endpoint.'),
  );
  return { ...found, ...(next !== undefined && { nextToken: next }) };
}
