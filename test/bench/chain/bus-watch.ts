import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from '../../../packages/cli/src/context.ts';
import { type JournalEvent, toJournalEvent } from '../../../packages/cli/src/journal/event-log.ts';

const NAME = 'assay-bench-watch';

export interface BusWatch {
  /** Rejects when an event can't be received, or is one that who hears it can't go on with. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** Tells of every event on the bus as it comes, over a queue of its own: that costs little, and the same at any size. */
export async function watchBus(
  { connection, clients, names }: Context,
  heard: (event: JournalEvent) => Promise<void>,
): Promise<BusWatch> {
  const { endpoint, region, credentials, account } = connection;
  const sqs = new SQSClient({ endpoint, region, credentials });
  const ruleArn = `arn:aws:events:${region}:${account}:rule/${names.bus}/${NAME}`;
  const queueArn = `arn:aws:sqs:${region}:${account}:${NAME}`;
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
      },
    ],
  });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: NAME, Attributes: { Policy } }));
  const rule = { Name: NAME, EventBusName: names.bus, EventPattern: '{"source":[{"prefix":"assay."}]}' };
  await clients.eventBridge.send(new PutRuleCommand(rule));
  const Targets = [{ Id: 'watch', Arn: queueArn }];
  await clients.eventBridge.send(new PutTargetsCommand({ Rule: NAME, EventBusName: names.bus, Targets }));
  const stopping = new AbortController();
  const receive = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MaxNumberOfMessages: 10 });
  const listen = async () => {
    while (!stopping.signal.aborted) {
      const { Messages = [] } = await sqs.send(receive, { abortSignal: stopping.signal });
      for (const { Body = '' } of Messages) {
        const event = toJournalEvent(Body);
        if (event) await heard(event);
      }
      if (Messages.length === 0) continue;
      const Entries = Messages.map(({ MessageId: Id, ReceiptHandle }) => ({ Id, ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  };
  const listening = listen().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
  const failed = new Promise<never>((_, reject) => listening.catch(reject));
  // `stop` throws it as well: nobody has to wait for both.
  failed.catch(() => undefined);
  return {
    failed,
    async stop() {
      stopping.abort();
      await listening;
      sqs.destroy();
    },
  };
}
