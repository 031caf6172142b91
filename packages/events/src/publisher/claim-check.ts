import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { z } from 'zod';
import { explain } from '../envelope/parse-event.ts';
import { EventError } from '../errors.ts';
import type { Claimable, ClaimManifest } from '../shapes/claim.ts';
import { formatS3Uri, parseS3Uri } from '../shapes/s3-uri.ts';

/**
 * Leaves a list in the claim bucket as JSON Lines and returns the check for it. The key is made of the content's
 * digest: saying the same event again writes the same object.
 */
export async function checkIn(
  s3: Pick<S3Client, 'send'>,
  bucket: string,
  eventName: string,
  items: readonly unknown[],
): Promise<ClaimManifest> {
  const body = items.map((item) => `${JSON.stringify(item)}\n`).join('');
  const sha256 = digestOf(body);
  const key = `${eventName}/${sha256}.jsonl`;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: 'application/jsonl' }));
  return { uri: formatS3Uri({ bucket, key }), sha256, count: items.length };
}

/** Bytes of the longest list that is read, about 100,000 images: a consumer has to hold it in memory. */
const MAX_CLAIM_BYTES = 64 * 1024 * 1024;

/**
 * The items of a list, wherever they are. A manifest is held against the digest and the count that the event
 * promised, and each line against `itemSchema`. Throws {@link EventError} `claim-unreadable` or `claim-damaged`.
 */
export async function readClaim<Item extends z.ZodType>(
  s3: Pick<S3Client, 'send'>,
  claim: Claimable<z.output<Item>>,
  itemSchema: Item,
): Promise<z.output<Item>[]> {
  if ('items' in claim) return claim.items;
  const { uri, sha256, count } = claim.manifest;
  const body = await fetchText(s3, uri);
  const found = digestOf(body);
  if (found !== sha256) {
    throw new EventError('claim-damaged', `${uri} has the SHA-256 ${found} but its event promised ${sha256}`);
  }
  const lines = body.split('\n').filter((line) => line !== '');
  if (lines.length !== count) {
    throw new EventError('claim-damaged', `${uri} has ${lines.length} lines but its event promised ${count}`);
  }
  return lines.map((line, index) => parseLine(itemSchema, line, `${uri} line ${index + 1}`));
}

async function fetchText(s3: Pick<S3Client, 'send'>, uri: string): Promise<string> {
  const { bucket, key } = parseS3Uri(uri);
  try {
    const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if ((object.ContentLength ?? 0) > MAX_CLAIM_BYTES) {
      throw new EventError(
        'claim-damaged',
        `${uri} has ${object.ContentLength} bytes, a list has ${MAX_CLAIM_BYTES} at most`,
      );
    }
    return (await object.Body?.transformToString('utf-8')) ?? '';
  } catch (cause) {
    if (cause instanceof EventError) throw cause;
    const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new EventError('claim-unreadable', `the list of an event could not be read from ${uri} (${why})`, {
      cause,
      retryable: true,
    });
  }
}

function parseLine<Item extends z.ZodType>(itemSchema: Item, line: string, where: string): z.output<Item> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new EventError('claim-damaged', `${where} is not JSON`, { cause });
  }
  const result = itemSchema.safeParse(value);
  if (result.success) return result.data;
  throw new EventError('claim-damaged', `${where} does not fit its schema: ${explain(result.error)}`, {
    cause: result.error,
  });
}

function digestOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
