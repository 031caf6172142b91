import { catalogue } from '@assay/events';
import { sampleEvent } from '@assay/events/testing';
import type { Context, SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { PermanentError, RetryableError } from './errors.ts';
import { awsEventHandler, eventHandler, taskHandler } from './event-handler.ts';
import { eventBody } from './parse.ts';
import { queueBatchHandler, queueHandler } from './queue-handler.ts';

const context: Context = {
  callbackWaitsForEmptyEventLoop: true,
  functionName: 'assay-test-thing',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:assay-test-thing',
  memoryLimitInMB: '256',
  awsRequestId: 'request-1',
  logGroupName: '/aws/lambda/assay-test-thing',
  logStreamName: 'stream',
  getRemainingTimeInMillis: () => 10_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
};

const config = z.strictObject({ busName: z.string().min(1) });
const assemble = ({ busName }: { busName: string }) => ({ greeting: `hello ${busName}` });

function sqsEvent(...bodies: string[]): SQSEvent {
  return {
    Records: bodies.map((body, index) => ({
      messageId: `m${index}`,
      receiptHandle: 'r',
      body,
      attributes: {
        ApproximateReceiveCount: '2',
        SentTimestamp: '0',
        SenderId: 's',
        ApproximateFirstReceiveTimestamp: '0',
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:q',
      awsRegion: 'eu-west-1',
    })),
  };
}

let logged: Record<string, unknown>[];

beforeEach(() => {
  logged = [];
  vi.stubEnv('ASSAY_BUS_NAME', 'assay-test');
  vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'test');
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  for (const method of ['info', 'warn', 'error', 'log'] as const) {
    vi.spyOn(console, method).mockImplementation((line: string) => {
      logged.push(JSON.parse(line));
    });
  }
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('eventHandler', () => {
  it('hands over the parsed event and logs under its correlation id', async () => {
    const seen: unknown[] = [];
    const handler = eventHandler(
      { definition: catalogue.LabelsStored, config, assemble },
      async (event, { deps, logger }) => {
        logger.info('stored');
        seen.push(event.data.approved, deps.greeting);
      },
    );
    await handler(sampleEvent(catalogue.LabelsStored), context);
    expect(seen).toEqual([47, 'hello assay-test']);
    expect(logged.find((line) => line.message === 'stored')).toMatchObject({
      correlation_id: 'story-1',
      service: 'test',
      function_request_id: 'request-1',
    });
  });

  it('refuses an event that another service said in the name of its owner', async () => {
    const handler = eventHandler({ definition: catalogue.LabelsStored, config, assemble }, async () => {});
    await expect(
      handler(sampleEvent(catalogue.LabelsStored, { source: 'assay.labeling' }), context),
    ).rejects.toMatchObject({ code: 'wrong-source' });
    expect(logged.find((line) => line.level === 'ERROR')).toMatchObject({ code: 'wrong-source', retried: false });
  });

  it('names the field of an event that does not fit its schema', async () => {
    const handler = eventHandler({ definition: catalogue.LabelsStored, config, assemble }, async () => {});
    const event = sampleEvent(catalogue.LabelsStored, { data: { stored: 'many' } });
    await expect(handler(event, context)).rejects.toThrow('detail.data.stored');
  });

  it('assembles the adapters once, however often it is invoked', async () => {
    const build = vi.fn(assemble);
    const handler = eventHandler({ definition: catalogue.LabelsStored, config, assemble: build }, async () => {});
    await handler(sampleEvent(catalogue.LabelsStored), context);
    await handler(sampleEvent(catalogue.LabelsStored), context);
    expect(build).toHaveBeenCalledOnce();
  });

  it('names the variable that is missing from the environment and the remedy', async () => {
    vi.stubEnv('ASSAY_BUS_NAME', undefined);
    const handler = eventHandler({ definition: catalogue.LabelsStored, config, assemble }, async () => {});
    await expect(handler(sampleEvent(catalogue.LabelsStored), context)).rejects.toThrow(
      "ASSAY_BUS_NAME is not set; set it under the function's environment in serverless.yml",
    );
  });

  it('says whether a failure is worth trying again', async () => {
    const failures = [new RetryableError('busy', 'the store is busy'), new PermanentError('gone', 'the image is gone')];
    const handler = eventHandler({ definition: catalogue.LabelsStored, config, assemble }, async () => {
      throw failures.shift();
    });
    await expect(handler(sampleEvent(catalogue.LabelsStored), context)).rejects.toThrow('busy');
    await expect(handler(sampleEvent(catalogue.LabelsStored), context)).rejects.toThrow('gone');
    const errors = logged.filter((line) => line.level === 'ERROR');
    expect(errors).toMatchObject([
      { code: 'busy', retried: true },
      { code: 'gone', retried: false },
    ]);
  });
});

describe('awsEventHandler', () => {
  it('parses an event of AWS with the given schema', async () => {
    const schema = z.object({ detail: z.object({ status: z.string() }) });
    const seen: string[] = [];
    const handler = awsEventHandler({ schema, config, assemble }, async (event) => {
      seen.push(event.detail.status);
    });
    await handler({ detail: { status: 'Approved' } }, context);
    await expect(handler({ detail: {} }, context)).rejects.toThrow('detail.status');
    expect(seen).toEqual(['Approved']);
  });
});

describe('taskHandler', () => {
  it('returns what the state machine goes on with', async () => {
    const handler = taskHandler({ schema: z.object({ runId: z.string() }), config, assemble }, async ({ runId }) => ({
      manifest: `${runId}.jsonl`,
    }));
    await expect(handler({ runId: 'r1' }, context)).resolves.toEqual({ manifest: 'r1.jsonl' });
    await expect(handler({}, context)).rejects.toMatchObject({ name: 'PermanentError', code: 'invalid-input' });
  });
});

describe('queueHandler', () => {
  const schema = z.object({ n: z.number() });

  it('reports the messages that failed and only those', async () => {
    const seen: number[] = [];
    const handler = queueHandler({ schema, config, assemble }, async ({ body, receiveCount }) => {
      if (body.n === 2) throw new RetryableError('busy', 'later');
      seen.push(body.n * receiveCount);
    });
    const result = await handler(sqsEvent('{"n":1}', '{"n":2}', 'not json', '{"n":"x"}', '{"n":5}'), context);
    expect(result.batchItemFailures.map((failure) => failure.itemIdentifier).toSorted()).toEqual(['m1', 'm2', 'm3']);
    expect(seen).toEqual([2, 10]);
    expect(logged.filter((line) => line.level === 'ERROR').map((line) => line.code)).toEqual(
      expect.arrayContaining(['busy', 'invalid-json', 'invalid-input']),
    );
  });

  it('reports all of them when all failed, instead of failing the batch', async () => {
    const handler = queueHandler({ schema, config, assemble }, async () => {});
    await expect(handler(sqsEvent('a', 'b'), context)).resolves.toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm1' }],
    });
  });

  it('reads catalogued events out of messages and logs each under its own correlation id', async () => {
    const handler = queueHandler(
      { schema: eventBody(catalogue.LabelsStored), config, assemble },
      async ({ body }, { logger }) => logger.info(`run ${body.data.runId}`),
    );
    const one = sampleEvent(catalogue.LabelsStored, { metadata: { correlationId: 'a' }, data: { runId: '1' } });
    const two = sampleEvent(catalogue.LabelsStored, { metadata: { correlationId: 'b' }, data: { runId: '2' } });
    const foreign = sampleEvent(catalogue.ModelTrained);
    const result = await handler(sqsEvent(...[one, two, foreign].map((event) => JSON.stringify(event))), context);
    expect(result.batchItemFailures).toEqual([{ itemIdentifier: 'm2' }]);
    expect(logged.find((line) => line.message === 'run 1')).toMatchObject({ correlation_id: 'a' });
    expect(logged.find((line) => line.message === 'run 2')).toMatchObject({ correlation_id: 'b' });
  });
});

describe('queueBatchHandler', () => {
  it('gets the messages that fit and returns those that have to come back', async () => {
    const handler = queueBatchHandler({ schema: z.object({ n: z.number() }), config, assemble }, async (records) =>
      records.filter(({ body }) => body.n > 2).map(({ messageId }) => messageId),
    );
    await expect(handler(sqsEvent('{"n":1}', '{}', '{"n":3}'), context)).resolves.toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }],
    });
  });

  it('names the messages of a batch that failed as a whole, in that report alone', async () => {
    const handler = queueBatchHandler({ schema: z.object({ n: z.number() }), config, assemble }, async ([first]) => {
      if (first?.body.n === 1) throw new RetryableError('bus-away', 'the bus takes nothing');
      throw new Error('other');
    });
    await expect(handler(sqsEvent('{"n":1}', '{"n":2}'), context)).rejects.toThrow('the bus takes nothing');
    await expect(handler(sqsEvent('{"n":3}'), context)).rejects.toThrow('other');
    const reports = logged.filter(({ level }) => level === 'ERROR');
    expect(reports).toMatchObject([
      { code: 'bus-away', messageIds: ['m0', 'm1'] },
      { message: 'other', messageIds: ['m0'] },
    ]);
  });
});
