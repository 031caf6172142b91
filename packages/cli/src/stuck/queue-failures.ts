import {
  type CloudWatchLogsClient,
  FilterLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import type { Clients } from '../platform/clients.ts';
import { type DeadLetter, parsed } from './dead-letter.ts';
import { queueUrlOf } from './queue-url.ts';

/** As many message ids as fit into one filter pattern, which has 1,024 characters. */
const IDS_A_SEARCH = 20;

/** A failure as `lambda-kit` logs it. */
const lineSchema = z.looseObject({
  level: z.literal('ERROR'),
  message: z.string(),
  code: z.string().optional(),
  error: z.looseObject({ name: z.string().optional(), message: z.string().optional() }).optional(),
});

interface LoggedFailure {
  code: string;
  message: string;
  at: string;
}

/**
 * Adds to the dead letters of queues what their messages don't carry: how often the queue lets a message be received, and
 * the last failure that the queue's function logged about it.
 */
export async function explainQueueLetters(
  clients: Pick<Clients, 'sqs' | 'lambda' | 'logs'>,
  letters: readonly DeadLetter[],
): Promise<DeadLetter[]> {
  const explained = new Map<string, DeadLetter>();
  const byQueue = Map.groupBy(letters, ({ place }) => (place.kind === 'queue' ? place.queue : ''));
  for (const [queueArn, ofQueue] of byQueue) {
    if (queueArn === '') continue;
    const attempts = await mostReceives(clients, queueArn);
    const failures = await loggedFailures(clients, queueArn, ofQueue);
    for (const letter of ofQueue) {
      const failure = failures.get(letter.messageId);
      const { code, message } = failure ?? {
        ...letter.reason,
        message: `${letter.reason.message}, and its log says nothing of this message`,
      };
      explained.set(letter.messageId, { ...letter, attempts, reason: { code, message }, lastAt: failure?.at });
    }
  }
  return letters.map((letter) => explained.get(letter.messageId) ?? letter);
}

const redriveSchema = z.object({ maxReceiveCount: z.coerce.number().int() });

async function mostReceives({ sqs }: Pick<Clients, 'sqs'>, queueArn: string): Promise<number | undefined> {
  const QueueUrl = await queueUrlOf(sqs, queueArn.split(':').at(-1) ?? '');
  if (!QueueUrl) return undefined;
  const query = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] });
  const { Attributes } = await sqs.send(query);
  return redriveSchema.safeParse(parsed(Attributes?.RedrivePolicy)).data?.maxReceiveCount;
}

async function loggedFailures(
  { lambda, logs }: Pick<Clients, 'lambda' | 'logs'>,
  queueArn: string,
  letters: readonly DeadLetter[],
): Promise<Map<string, LoggedFailure>> {
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ EventSourceArn: queueArn }),
  );
  const failures = new Map<string, LoggedFailure>();
  for (const { FunctionArn = '' } of EventSourceMappings)
    try {
      for (let at = 0; at < letters.length; at += IDS_A_SEARCH) {
        const some = letters.slice(at, at + IDS_A_SEARCH);
        await searchLog(logs, `/aws/lambda/${FunctionArn.split(':')[6]}`, some, failures);
      }
    } catch (error) {
      // A function without a log says nothing of anything.
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
  return failures;
}

/** Notes the last failure that each message's id stands in. */
async function searchLog(
  logs: CloudWatchLogsClient,
  logGroupName: string,
  letters: readonly DeadLetter[],
  failures: Map<string, LoggedFailure>,
): Promise<void> {
  const came = letters.flatMap(({ firstAt }) => (firstAt ? Date.parse(firstAt) : []));
  const search = {
    logGroupName,
    filterPattern: letters.map(({ messageId }) => `?"${messageId}"`).join(' '),
    startTime: Math.min(...came),
  };
  let nextToken: string | undefined;
  do {
    const page = await logs.send(new FilterLogEventsCommand({ ...search, nextToken }));
    for (const { message = '', timestamp = 0 } of page.events ?? []) {
      const line = lineSchema.safeParse(parsed(message.slice(Math.max(0, message.indexOf('{'))))).data;
      if (!line) continue;
      const cause = line.error?.message && line.error.message !== line.message ? `: ${line.error.message}` : '';
      const failure = {
        code: line.code ?? line.error?.name ?? 'Error',
        message: `${line.message}${cause}`,
        at: new Date(timestamp).toISOString(),
      };
      for (const { messageId } of letters)
        if (message.includes(messageId) && failure.at >= (failures.get(messageId)?.at ?? ''))
          failures.set(messageId, failure);
    }
    nextToken = page.nextToken;
  } while (nextToken);
}
