import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { z } from 'zod';
import { PermanentError } from './errors.ts';
import { correlationIdOf, parseInput } from './parse.ts';
import { type FunctionOptions, type Handler, reportFailure, type Surroundings, withStack } from './stack.ts';

export interface QueueHandlerOptions<Body, Config, Dependencies> extends FunctionOptions<Config, Dependencies> {
  /** Schema of a message's body after JSON was parsed. */
  readonly schema: z.ZodType<Body>;
}

/** One message whose body fits the schema. */
export interface QueueRecord<Body> {
  readonly messageId: string;
  readonly body: Body;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
}

const sqsEventSchema = z.object({
  Records: z.array(
    z.looseObject({
      messageId: z.string(),
      body: z.string(),
      attributes: z.looseObject({ ApproximateReceiveCount: z.coerce.number().int() }),
    }),
  ),
});

/**
 * A function that reads a queue, one message at a time. A message that fails is reported alone and comes back alone;
 * one that doesn't fit the schema goes the same way to the dead-letter queue, and stops no other. Set
 * `functionResponseType: ReportBatchItemFailures` on the event source.
 */
export function queueHandler<Body, Config, Dependencies>(
  options: QueueHandlerOptions<Body, Config, Dependencies>,
  run: (record: QueueRecord<Body>, surroundings: Surroundings<Config, Dependencies>) => Promise<void>,
): Handler<SQSBatchResponse> {
  return withStack(options, async (event, surroundings) => {
    const processor = new BatchProcessor(EventType.SQS);
    const each = async (raw: SQSRecord): Promise<void> => {
      const logger = surroundings.logger.createChild();
      try {
        const correlationId = correlationIdOf(parseJson(raw.body));
        if (correlationId !== undefined) logger.setCorrelationId(correlationId);
        await run(toRecord(options.schema, raw), { ...surroundings, logger });
      } catch (error) {
        reportFailure(logger, surroundings.metrics, error, { messageId: raw.messageId });
        throw error;
      }
    };
    return processPartialResponse(checkBatch(event), each, processor, { throwOnFullBatchFailure: false });
  });
}

/**
 * A function that reads a queue batch by batch, because it makes one thing of a batch. It gets the messages that fit
 * the schema and returns the ids of those that have to come back.
 */
export function queueBatchHandler<Body, Config, Dependencies>(
  options: QueueHandlerOptions<Body, Config, Dependencies>,
  run: (
    records: readonly QueueRecord<Body>[],
    surroundings: Surroundings<Config, Dependencies>,
  ) => Promise<readonly string[]>,
): Handler<SQSBatchResponse> {
  return withStack(options, async (event, surroundings) => {
    const failed: string[] = [];
    const records: QueueRecord<Body>[] = [];
    for (const raw of checkBatch(event).Records) {
      try {
        records.push(toRecord(options.schema, raw));
      } catch (error) {
        reportFailure(surroundings.logger, surroundings.metrics, error, { messageId: raw.messageId });
        failed.push(raw.messageId);
      }
    }
    try {
      if (records.length > 0) failed.push(...(await run(records, surroundings)));
    } catch (error) {
      // The report of the failure names whom it concerns: by their ids `assay stuck` finds it.
      surroundings.logger.appendKeys({ messageIds: records.map(({ messageId }) => messageId) });
      throw error;
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  });
}

function checkBatch(event: unknown): SQSEvent {
  parseInput(sqsEventSchema, event, 'the batch');
  // The check above covers what is read here; SQSEvent has more fields, which SQS sends and nobody reads.
  return event as SQSEvent;
}

function toRecord<Body>(schema: z.ZodType<Body>, raw: SQSRecord): QueueRecord<Body> {
  return {
    messageId: raw.messageId,
    body: parseInput(schema, parseJson(raw.body), `the message ${raw.messageId}`),
    receiveCount: Number(raw.attributes.ApproximateReceiveCount),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PermanentError('invalid-json', `the message's body is not JSON: ${text.slice(0, 200)}`, { cause });
  }
}
