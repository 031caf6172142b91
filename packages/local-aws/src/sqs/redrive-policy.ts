import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';

/** After how many receives a message goes where. */
export interface RedrivePolicy {
  deadLetterTargetArn: string;
  maxReceiveCount: number;
}

/** Which queues may use a queue as their dead-letter queue. */
export interface RedriveAllowPolicy {
  redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
  sourceQueueArns: string[];
}

const MOST_RECEIVES = 1000;
const MOST_SOURCES = 10;

const arn = z.string().startsWith('arn:');
const allowSchema = z.strictObject({
  redrivePermission: z.enum(['allowAll', 'denyAll', 'byQueue']),
  sourceQueueArns: z.array(arn).optional(),
});

/** @throws InvalidAttributeValue for what is no such policy at all, InvalidParameterValue for one that can't be */
export function parseRedrivePolicy(text: string): RedrivePolicy {
  const policy = z.record(z.string(), z.unknown()).safeParse(json(text)).data;
  if (!policy) throw unreadable('RedrivePolicy', 'Redrive policy is not a valid JSON map.');
  const missing = ['maxReceiveCount', 'deadLetterTargetArn'].find((name) => !Object.hasOwn(policy, name));
  if (missing) throw refusedPolicy(text, `Redrive policy does not contain mandatory attribute: ${missing}.`);
  if (Object.keys(policy).length > 2)
    throw refusedPolicy(text, 'Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].');
  const count = z.coerce.number().int().min(1).max(MOST_RECEIVES).safeParse(policy.maxReceiveCount);
  if (!count.success)
    throw refusedPolicy(
      text,
      `Invalid value for maxReceiveCount: ${policy.maxReceiveCount}, valid values are from 1 to ${MOST_RECEIVES} both inclusive.`,
    );
  const target = arn.safeParse(policy.deadLetterTargetArn);
  if (!target.success) throw refusedPolicy(text, 'Invalid value for deadLetterTargetArn.');
  return { deadLetterTargetArn: target.data, maxReceiveCount: count.data };
}

/** @throws like {@link parseRedrivePolicy} */
export function parseRedriveAllowPolicy(text: string): RedriveAllowPolicy {
  const cannot = "Amazon SQS can't create the redrive allow policy";
  const policy = allowSchema.safeParse(json(text)).data;
  if (!policy) throw unreadable('RedriveAllowPolicy', `${cannot}, as it’s in an unsupported format.`);
  const { redrivePermission, sourceQueueArns } = policy;
  const refused = (reason: string) => refusedValue('RedriveAllowPolicy', text, `${cannot}. ${reason}`);
  if (redrivePermission !== 'byQueue') {
    if (sourceQueueArns)
      throw refused('To specify one or more source queue ARNs, you must set redrivePermission to byQueue.');
    return { redrivePermission, sourceQueueArns: [] };
  }
  if (!sourceQueueArns || sourceQueueArns.length === 0)
    throw refused(
      'When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values.',
    );
  if (sourceQueueArns.length > MOST_SOURCES)
    throw refused(`The maximum number of source queue ARNs you can specify is ${MOST_SOURCES}.`);
  return { redrivePermission, sourceQueueArns };
}

export function refusedPolicy(text: string, reason: string): AwsError {
  return refusedValue('RedrivePolicy', text, reason);
}

function refusedValue(name: string, text: string, reason: string): AwsError {
  return new AwsError('InvalidParameterValue', `Value ${text} for parameter ${name} is invalid. Reason: ${reason}`);
}

function unreadable(name: string, reason: string): AwsError {
  return new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}. Reason: ${reason}`);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Nothing that is no JSON is a policy either: the caller says so.
    return undefined;
  }
}
