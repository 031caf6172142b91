import { AwsError } from '../kernel/errors.ts';
import { pageOf } from '../kernel/pages.ts';

/** A page of `items`, as SageMaker's List operations give it; `NextToken` says where the next one begins. */
export function page<T>(
  items: T[],
  { MaxResults = 10, NextToken }: { MaxResults?: number | undefined; NextToken?: string | undefined },
): { items: T[]; NextToken?: string } {
  const { next, ...found } = pageOf(
    items,
    { most: MaxResults, token: NextToken },
    () => new AwsError('ValidationException', 'Invalid pagination token.'),
  );
  return { ...found, ...(next !== undefined && { NextToken: next }) };
}

/** Sorted by what `by` gives, in the order that the caller asked for. */
export function sorted<T>(items: T[], by: (item: T) => string | number, order: string | undefined): T[] {
  const direction = order === 'Descending' ? -1 : 1;
  return items.toSorted((a, b) => {
    const [left, right] = [by(a), by(b)];
    return (left < right ? -1 : left > right ? 1 : 0) * direction;
  });
}

/** The filters by time and name that SageMaker's List operations share. */
export function matches(
  item: { name: string; creationTime: number; lastModifiedTime?: number },
  filter: {
    NameContains?: string | undefined;
    CreationTimeAfter?: Date | undefined;
    CreationTimeBefore?: Date | undefined;
    LastModifiedTimeAfter?: Date | undefined;
    LastModifiedTimeBefore?: Date | undefined;
  },
): boolean {
  const modified = item.lastModifiedTime ?? item.creationTime;
  return (
    (filter.NameContains === undefined || item.name.toLowerCase().includes(filter.NameContains.toLowerCase())) &&
    (filter.CreationTimeAfter === undefined || item.creationTime > filter.CreationTimeAfter.getTime()) &&
    (filter.CreationTimeBefore === undefined || item.creationTime < filter.CreationTimeBefore.getTime()) &&
    (filter.LastModifiedTimeAfter === undefined || modified > filter.LastModifiedTimeAfter.getTime()) &&
    (filter.LastModifiedTimeBefore === undefined || modified < filter.LastModifiedTimeBefore.getTime())
  );
}
