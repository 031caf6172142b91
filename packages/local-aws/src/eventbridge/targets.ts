import { randomUUID } from 'node:crypto';
import type { Target } from '@aws-sdk/client-eventbridge';
import { serviceCaller, serviceRoleCaller } from '../kernel/caller.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { BusEvent } from './event.ts';

export interface Dispatch {
  /** What the target gets. */
  input: string;
  event: BusEvent;
  ruleArn: string;
  /** The same one each time that this delivery is tried. */
  deliveryId: string;
}

type Send = (kernel: Kernel, target: Target, dispatch: Dispatch) => Promise<void>;

/** Where rules can send events, by the service in the target's ARN. */
const SENDERS: Record<string, Send> = {
  events: toBus,
  lambda: toFunction,
  logs: toLogGroup,
  sqs: toQueue,
  states: toWorkflow,
};

export const TARGET_SERVICES = new Set(Object.keys(SENDERS));

const serviceOf = (arn: string): string => arn.split(':')[2] ?? '';

/** @throws what the target's service throws */
export async function sendTo(kernel: Kernel, target: Target, dispatch: Dispatch): Promise<void> {
  const send = SENDERS[serviceOf(target.Arn ?? '')];
  if (!send) throw new AwsError('ResourceNotFoundException', `EventBridge has no targets like ${target.Arn} here.`);
  await send(kernel, target, dispatch);
}

const asEvents = (kernel: Kernel, ruleArn: string) => serviceCaller('events.amazonaws.com', kernel.account, ruleArn);

async function toFunction(kernel: Kernel, { Arn }: Target, { input, ruleArn }: Dispatch): Promise<void> {
  const invocation = { FunctionName: Arn, InvocationType: 'Event' as const, Payload: Buffer.from(input) };
  await kernel.call('lambda', 'Invoke', invocation, asEvents(kernel, ruleArn));
}

async function toQueue(kernel: Kernel, { Arn }: Target, { input, ruleArn }: Dispatch): Promise<void> {
  const QueueUrl = `${kernel.endpoint}/${kernel.account}/${Arn?.split(':').at(-1)}`;
  await kernel.call('sqs', 'SendMessage', { QueueUrl, MessageBody: input }, asEvents(kernel, ruleArn));
}

async function toWorkflow(kernel: Kernel, target: Target, { input, event, deliveryId }: Dispatch): Promise<void> {
  if (!target.RoleArn)
    throw new AwsError('AccessDeniedException', `The target ${target.Arn} has no RoleArn to start it with.`);
  // A name that stays the same over retries: what was started once is not started again.
  const start = { stateMachineArn: target.Arn, input, name: `${event.id}_${deliveryId}`.slice(0, 80) };
  try {
    await kernel.call(
      'sfn',
      'StartExecution',
      start,
      serviceRoleCaller('events.amazonaws.com', target.RoleArn, 'eventbridge'),
    );
  } catch (error) {
    if (!(error instanceof AwsError && error.code === 'ExecutionAlreadyExists')) throw error;
  }
}

async function toBus(kernel: Kernel, target: Target, { event, ruleArn }: Dispatch): Promise<void> {
  const entry = {
    EventBusName: target.Arn,
    Source: event.source,
    DetailType: event['detail-type'],
    Detail: JSON.stringify(event.detail),
    Resources: event.resources,
    Time: new Date(event.time),
  };
  const caller = target.RoleArn
    ? serviceRoleCaller('events.amazonaws.com', target.RoleArn, 'eventbridge')
    : asEvents(kernel, ruleArn);
  const { Entries } = await kernel.call('eventbridge', 'PutEvents', { Entries: [entry] }, caller);
  const failed = Entries?.[0]?.ErrorCode;
  if (failed) throw new AwsError(failed, Entries?.[0]?.ErrorMessage ?? failed);
}

/** A log stream a day and run: what is written to one stream is in order. */
const streams = new WeakMap<Kernel, Map<string, string>>();

async function toLogGroup(kernel: Kernel, { Arn = '' }: Target, { input, event, ruleArn }: Dispatch): Promise<void> {
  const logGroupName = Arn.split(':log-group:')[1]?.replace(/:\*$/, '') ?? '';
  const caller = asEvents(kernel, ruleArn);
  const known = streams.get(kernel) ?? new Map<string, string>();
  streams.set(kernel, known);
  let logStreamName = known.get(logGroupName);
  if (!logStreamName) {
    logStreamName = randomUUID();
    await kernel.call('logs', 'CreateLogStream', { logGroupName, logStreamName }, caller);
    known.set(logGroupName, logStreamName);
  }
  const logEvents = [{ timestamp: Date.parse(event.time), message: input }];
  try {
    await kernel.call('logs', 'PutLogEvents', { logGroupName, logStreamName, logEvents }, caller);
  } catch (error) {
    // The group may have been deleted and made again since.
    known.delete(logGroupName);
    throw error;
  }
}
