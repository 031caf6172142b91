import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '@assay/events';
import { sampleEvent } from '@assay/events/testing';
import { type LocalAws, startLocalAws } from '@assay/local-aws';
import { CreateLogGroupCommand, DeleteLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { stuck } from '../../packages/cli/src/commands/stuck.ts';
import { type Context, createContext } from '../../packages/cli/src/context.ts';
import { deployService, localEnvironment } from '../../packages/cli/src/platform/serverless.ts';
import { raisedAlarms } from '../../packages/cli/src/stuck/alarms.ts';
import { skippingClock } from '../skipping-clock.ts';
import { quietTerminal } from './quiet-terminal.ts';

const MINUTE = 60_000;
const STORE = 'assay-local-label-store-store';
const INTAKE = 'assay-local-image-intake-intake';
const UPLOADS = 'assay-local-image-intake-uploads';
const patiently = { timeout: 50_000, interval: 100 };

/** What gets stuck is told with its reason, and goes on where it was once the reason is gone. */
describe('what is stuck', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'stuck-'));
  const clock = skippingClock();
  const terminal = quietTerminal();
  let aws: LocalAws;
  let context: Context;

  beforeAll(async () => {
    aws = await startLocalAws({ dataDir, clock, report: () => undefined });
    const { endpoint, region, account, administrator: credentials } = aws;
    const environment = localEnvironment({ endpoint, region, credentials });
    const deploy = (service: string) => deployService({ service, stage: 'local', environment });
    await deploy('event-bus');
    await Promise.all([deploy('image-intake'), deploy('label-store')]);
    context = createContext(terminal, { stage: 'local', endpoint, region, account, credentials });
  }, 3 * MINUTE);

  afterAll(async () => {
    await aws?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const queueUrl = async (QueueName: string) =>
    (await context.clients.sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl;

  async function waiting(service: string): Promise<number> {
    const QueueUrl = await queueUrl(context.names.deadLetters(service));
    const AttributeNames = ['ApproximateNumberOfMessages' as const];
    const { Attributes } = await context.clients.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    return Number(Attributes?.ApproximateNumberOfMessages);
  }

  /** Says LabelsApproved, as the labeling service would. */
  async function approveLabels(correlationId: string): Promise<void> {
    const { detail } = sampleEvent(catalogue.LabelsApproved, { metadata: { correlationId } });
    const entry = { Source: 'assay.labeling', DetailType: 'LabelsApproved', EventBusName: context.names.bus };
    await context.clients.eventBridge.send(
      new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(detail) }] }),
    );
  }

  /** Changes a setting of the function that stores labels. @returns what it was. */
  async function setFeatureGroup(value: string | undefined): Promise<string | undefined> {
    const { lambda } = context.clients;
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: STORE }));
    const Variables = { ...Environment?.Variables, ASSAY_FEATURE_GROUP: value ?? '' };
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: STORE, Environment: { Variables } }));
    return Environment?.Variables?.ASSAY_FEATURE_GROUP;
  }

  /** Waits until an invocation has failed so often and waits for its next attempt. */
  async function failed(attempts: number): Promise<void> {
    const row = aws.kernel.store.prepare<{ n: number }>(
      `SELECT COUNT(*) AS n FROM outbox WHERE kind = 'lambda:asynchronous' AND attempts = ?`,
    );
    await vi.waitFor(() => expect(row.get(attempts)?.n).toBe(1), patiently);
  }

  const logged = async (functionName: string, filterPattern: string) => {
    const query = new FilterLogEventsCommand({
      logGroupName: `/aws/lambda/${functionName}`,
      filterPattern: `"${filterPattern}"`,
    });
    return (await context.clients.logs.send(query)).events?.length ?? 0;
  };

  const alarms = async () =>
    (await raisedAlarms(context.clients.cloudWatch, context.names.alarms())).map(({ name }) => name).sort();

  let featureGroup: string | undefined;

  test(
    'is told with place, reason, times and correlation, and raises the alarms',
    async () => {
      featureGroup = await setFeatureGroup('nowhere');
      await approveLabels('story-of-a-broken-function');
      const uploads = await queueUrl(UPLOADS);
      const { sqs } = context.clients;
      // Instead of five times.
      const RedrivePolicy = JSON.stringify({
        deadLetterTargetArn: `arn:aws:sqs:${aws.region}:${aws.account}:${context.names.deadLetters('image-intake')}`,
        maxReceiveCount: 1,
      });
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl: uploads, Attributes: { RedrivePolicy } }));
      await sqs.send(new SendMessageCommand({ QueueUrl: uploads, MessageBody: '{"no": "upload"}' }));

      // An invocation that runs while time is skipped would be timed out.
      await vi.waitFor(async () => expect(await logged(INTAKE, 'does not fit')).toBeGreaterThan(0), patiently);
      await failed(1);
      clock.skip(MINUTE);
      await failed(2);
      clock.skip(2 * MINUTE);
      await vi.waitFor(async () => expect(await waiting('label-store')).toBe(1), patiently);
      // The intake's message comes back after six minutes.
      clock.skip(4 * MINUTE);
      await vi.waitFor(async () => expect(await waiting('image-intake')).toBe(1), patiently);
      clock.skip(MINUTE);
      const raised = ['assay-local-image-intake-dead-letters', 'assay-local-label-store-dead-letters'];
      await vi.waitFor(async () => expect(await alarms()).toEqual(raised), patiently);

      await stuck(context, {});
      expect(terminal.results.at(-1)).toMatchObject({
        queues: [
          { service: 'event-bus', waiting: 0 },
          { service: 'image-intake', waiting: 1, seen: 1 },
          { service: 'label-store', waiting: 1, seen: 1 },
        ],
        groups: expect.arrayContaining([
          expect.objectContaining({
            service: 'label-store',
            place: { kind: 'function', function: expect.stringContaining(STORE) },
            reason: { code: expect.any(String), message: expect.stringContaining('nowhere') },
            event: 'LabelsApproved',
            count: 1,
            attempts: { least: 3, most: 3 },
            letters: [
              expect.objectContaining({
                event: expect.objectContaining({
                  correlationId: 'story-of-a-broken-function',
                  key: 'assay-local-boxes-20260304-081600-7f3a',
                }),
              }),
            ],
          }),
          expect.objectContaining({
            service: 'image-intake',
            place: { kind: 'queue', queue: expect.stringContaining(UPLOADS) },
            reason: { code: 'invalid-input', message: expect.stringContaining('does not fit') },
            lastAt: expect.any(String),
          }),
        ]),
        alarms: [
          { name: raised[0], description: expect.stringContaining('assay stuck --redrive') },
          { name: raised[1], reason: expect.stringContaining('greater than the threshold') },
        ],
      });
      expect(await waiting('label-store')).toBe(1);
    },
    2 * MINUTE,
  );

  test(
    'goes on where it was when it is sent back after the repair, and the alarms end',
    async () => {
      await setFeatureGroup(featureGroup);
      await stuck(context, { redrive: true, service: 'label-store' });
      expect(terminal.results.at(-1)).toMatchObject({
        redriven: [{ event: { correlationId: 'story-of-a-broken-function' } }],
        failed: [],
        left: 0,
      });
      await vi.waitFor(async () => expect((await context.chain.refresh()).events.LabelsStored).toBe(1), patiently);
      // What never was an upload is nobody's loss: a person looks at it and throws it away.
      const QueueUrl = await queueUrl(context.names.deadLetters('image-intake'));
      await context.clients.sqs.send(new PurgeQueueCommand({ QueueUrl }));
      clock.skip(MINUTE);
      await vi.waitFor(async () => expect(await alarms()).toEqual([]), patiently);
      await stuck(context, {});
      expect(terminal.results.at(-1)).toMatchObject({ groups: [], alarms: [] });
    },
    2 * MINUTE,
  );

  test(
    'is delivered again to the one target that it did not reach',
    async () => {
      const { logs } = context.clients;
      const logGroupName = context.names.journal;
      await logs.send(new DeleteLogGroupCommand({ logGroupName }));
      await approveLabels('story-without-a-journal');
      await vi.waitFor(async () => expect(await waiting('event-bus')).toBeGreaterThan(0), patiently);
      await stuck(context, { service: 'event-bus' });
      expect(terminal.results.at(-1)).toMatchObject({
        groups: expect.arrayContaining([
          expect.objectContaining({
            place: {
              kind: 'rule',
              rule: expect.stringContaining('journal'),
              target: expect.stringContaining(logGroupName),
            },
            reason: { code: 'NO_RESOURCE', message: expect.any(String) },
            attempts: { least: 1, most: 1 },
          }),
        ]),
      });
      await logs.send(new CreateLogGroupCommand({ logGroupName }));
      await stuck(context, { redrive: true, service: 'event-bus' });
      const { events = [] } = await logs.send(
        new FilterLogEventsCommand({ logGroupName, filterPattern: 'LabelsApproved' }),
      );
      expect(events.map(({ message = '' }) => JSON.parse(message).detail.metadata.correlationId)).toEqual([
        'story-without-a-journal',
      ]);
      expect(await waiting('event-bus')).toBe(0);
      expect(await waiting('label-store')).toBe(0);
    },
    2 * MINUTE,
  );
});
