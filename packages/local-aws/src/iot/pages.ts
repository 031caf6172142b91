import { invalid } from './errors.ts';

/** A page of `items` (AWS IoT gives 250 at most); the token says where the next one begins. */
export function page<T>(items: T[], maxResults = 250, token?: string | undefined): { items: T[]; nextToken?: string } {
  const place = token === undefined ? '0' : Buffer.from(token, 'base64url').toString();
  if (!/^\d+$/.test(place)) throw invalid('nextToken is not one of this endpoint.');
  const begin = Number(place);
  const end = begin + Math.min(maxResults, 250);
  return {
    items: items.slice(begin, end),
    ...(end < items.length && { nextToken: Buffer.from(`${end}`).toString('base64url') }),
  };
}
