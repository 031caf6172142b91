import { pageOf } from '../kernel/pages.ts';
import { invalid } from './errors.ts';

/** A page of `items` (AWS IoT gives 250 at most); the token says where the next one begins. */
export function page<T>(items: T[], maxResults = 250, token?: string | undefined): { items: T[]; nextToken?: string } {
  const { next, ...found } = pageOf(items, { most: Math.min(maxResults, 250), token }, () =>
    invalid('nextToken is not one of this endpoint.'),
  );
  return { ...found, ...(next !== undefined && { nextToken: next }) };
}
