import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ClaimManifest } from '../shapes/claim.ts';
import { readClaim } from './claim-check.ts';

const item = z.object({ name: z.string().max(10), size: z.int() });
const good = '{"name":"a","size":1}\n{"name":"b","size":2}\n';

/** A claim for `body`, and the S3 that gives it. */
function claimOf(body: string, changes: Partial<ClaimManifest> = {}, length = Buffer.byteLength(body)) {
  const sha256 = createHash('sha256').update(body).digest('hex');
  const manifest = { uri: 's3://claims/list.jsonl', sha256, count: body.split('\n').length - 1, ...changes };
  const asked: unknown[] = [];
  const send = async (command: { input: unknown }): Promise<unknown> => {
    asked.push(command.input);
    return { ContentLength: length, Body: { transformToString: async () => body } };
  };
  return { asked, read: () => readClaim({ send } as unknown as Parameters<typeof readClaim>[0], { manifest }, item) };
}

describe('a claim', () => {
  it('that is what its event promised is read', async () => {
    await expect(claimOf(good).read()).resolves.toHaveLength(2);
  });

  it.each([
    ['another digest', claimOf(good, { sha256: '0'.repeat(64) }), 'its event promised 000'],
    ['fewer lines than promised', claimOf(good, { count: 3 }), 'has 2 lines but its event promised 3'],
    ['more lines than promised', claimOf(good, { count: 1 }), 'has 2 lines but its event promised 1'],
    ['more than memory should hold', claimOf(good, {}, 5 * 1024 ** 3), 'has 5368709120 bytes'],
    ['a line that is no JSON', claimOf('{"name":\n'), 'line 1 is not JSON'],
    ['a line that is no object', claimOf('[]\n'), 'line 1 does not fit its schema'],
    ['a line of another type', claimOf(`${good}{"name":7,"size":1}\n`), 'line 3 does not fit its schema: name'],
    ['a number that overflows', claimOf('{"name":"a","size":1e999}\n'), 'line 1 does not fit its schema: size'],
    ['a name without end', claimOf(`{"name":"${'\u0301'.repeat(100_000)}","size":1}\n`), 'line 1 does not fit'],
    ['bytes that are no text', claimOf('\ufffd\ufffd\n'), 'line 1 is not JSON'],
  ])('with %s is refused, for good, and in few words', async (_, { read }, words) => {
    const refusal = await read().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'claim-damaged', retryable: false });
    expect(String(refusal)).toContain(words);
    expect(String(refusal)).toContain('s3://claims/list.jsonl');
    expect(String(refusal).length).toBeLessThan(1000);
  });

  it('gives nothing to what every object inherits', async () => {
    const items = await claimOf('{"__proto__":{"size":1},"name":"a","size":1}\n').read();
    expect(items).toEqual([{ name: 'a', size: 1 }]);
    expect(({} as Record<string, unknown>).size).toBeUndefined();
  });

  it('may be worth another try when its bucket is one that may not be read', async () => {
    const denied = { send: () => Promise.reject(Object.assign(new Error('Access Denied'), { name: 'AccessDenied' })) };
    const manifest = { uri: 's3://somebody-elses/list.jsonl', sha256: '0'.repeat(64), count: 1 };
    const s3 = denied as unknown as Parameters<typeof readClaim>[0];
    await expect(readClaim(s3, { manifest }, item)).rejects.toMatchObject({
      code: 'claim-unreadable',
      retryable: true,
      message: expect.stringContaining('s3://somebody-elses/list.jsonl (AccessDenied'),
    });
  });
});
