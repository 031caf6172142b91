import { AwsError, messageOf } from '../kernel/errors.ts';
import { saveResult, toCsv } from './results.ts';
import { parseS3 } from './s3-location.ts';
import type { Athena, QueryError, StoredQuery } from './state.ts';
import { UserError } from './user-error.ts';

export const QUERY_TASK = 'athena:query';

/** Runs a query that waits. A query that a restart interrupted is run again: it changes nothing but its own result. */
export async function execute(athena: Athena, id: string): Promise<{ again: number } | undefined> {
  const { kernel, queries } = athena;
  const found = queries.get(id);
  if (!found || (found.state !== 'QUEUED' && found.state !== 'RUNNING')) return;
  const started = { ...found, state: 'RUNNING' as const, started: kernel.clock.now() };
  queries.put(id, started);
  let end: Partial<StoredQuery> & Pick<StoredQuery, 'state'>;
  try {
    end = { state: 'SUCCEEDED', scannedBytes: await answer(athena, started) };
  } catch (error) {
    // An orderly stop interrupts queries; the next start takes them up.
    if (athena.closing) return { again: kernel.clock.now() };
    end = { state: 'FAILED', error: explain(athena, error) };
  } finally {
    athena.running.delete(id);
  }
  if (queries.get(id)?.state === 'RUNNING') queries.put(id, { ...started, ...end, completed: kernel.clock.now() });
  return;
}

async function answer(athena: Athena, stored: StoredQuery): Promise<number> {
  const { kernel, running } = athena;
  const { id, caller, output } = stored;
  const { runQuery } = await import('./engine.ts');
  const result = await runQuery(athena, {
    ...stored,
    interruptible: (interrupt) => running.set(id, interrupt),
  });
  await saveResult(kernel, id, result);
  const { bucket: Bucket, key: Key } = parseS3(output) ?? { bucket: '', key: '' };
  const Body = toCsv(result);
  await kernel.call('s3', 'PutObject', { Bucket, Key, Body, ContentType: 'application/octet-stream' }, caller);
  return result.scannedBytes;
}

function explain({ kernel }: Athena, error: unknown): QueryError {
  if (error instanceof UserError) return { category: 2, message: error.message };
  if (error instanceof AwsError) return { category: 2, message: `${error.code}: ${error.message}` };
  kernel.report('a query failed by a fault of the embedded Athena', error);
  return { category: 1, message: `GENERIC_INTERNAL_ERROR: ${messageOf(error)}` };
}
