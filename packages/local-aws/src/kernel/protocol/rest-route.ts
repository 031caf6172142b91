import type { IncomingHttpHeaders } from 'node:http';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { RequestTarget } from '../request-target.ts';

/** How a REST operation is recognised. */
export interface RestRoute {
  method: string;
  path: RegExp;
  /** The input members that the path's groups fill, in order. */
  labels: string[];
  /** Query parameters that must be there, with their value where the URI fixes one. */
  query: { name: string; value: string | undefined }[];
  requiredQuery: string[];
  requiredHeaders: string[];
  /** More of anything required is more specific: tried first. */
  specificity: number;
}

/** The number of required members, which come first, stands at place 6 of a static structure schema. */
export function requiredMemberCount(schema: NormalizedSchema): number {
  const tuple: unknown = schema.getSchema();
  const count: unknown = Array.isArray(tuple) ? tuple[6] : undefined;
  return typeof count === 'number' ? count : 0;
}

/** Compiles the `http` trait of an operation, e.g. `PUT` `/{Key+}?x-id=PutObject`. */
export function restRoute(method: string, uri: string, input: NormalizedSchema): RestRoute {
  let [path = '/', queryString = ''] = uri.split('?');
  const members = input.isStructSchema() ? [...input.structIterator()] : [];
  for (const [name, member] of members) {
    // S3's SDK strips `/{Bucket}` from its URIs: put it back.
    const missing = member.getMergedTraits().httpLabel && !path.includes(`{${name}}`) && !path.includes(`{${name}+}`);
    if (missing) path = `/{${name}}${path === '/' ? '' : path}`;
  }
  const labels: string[] = [];
  const pattern = path
    .replace(/[.*$^()|[\]\\]/g, '\\$&')
    .replace(/\{(\w+)(\+?)\}/g, (_, label: string, greedy: string) => {
      labels.push(label);
      return greedy ? '(.+)' : '([^/]+)';
    });
  const query = [...new URLSearchParams(queryString)]
    .filter(([name]) => name !== 'x-id')
    .map(([name, value]) => ({ name, value: value || undefined }));
  const requiredQuery: string[] = [];
  const requiredHeaders: string[] = [];
  const required = input.isStructSchema() ? requiredMemberCount(input) : 0;
  for (const [, member] of members.slice(0, required)) {
    const traits = member.getMergedTraits();
    if (traits.httpQuery) requiredQuery.push(traits.httpQuery);
    if (traits.httpHeader) requiredHeaders.push(traits.httpHeader.toLowerCase());
  }
  const literal = path.includes('{') ? 0 : 1;
  const specificity =
    query.length * 100 + (requiredQuery.length + requiredHeaders.length) * 10 + path.split('/').length + literal;
  return { method, path: new RegExp(`^${pattern}/?$`), labels, query, requiredQuery, requiredHeaders, specificity };
}

export function routeMatches(
  route: RestRoute,
  method: string,
  { path, query }: RequestTarget,
  headers: IncomingHttpHeaders,
): boolean {
  return (
    route.method === method &&
    route.path.test(path) &&
    route.query.every(({ name, value }) => (value === undefined ? query.has(name) : query.get(name) === value)) &&
    route.requiredQuery.every((name) => query.has(name)) &&
    route.requiredHeaders.every((name) => name in headers)
  );
}
