import { MalformedPolicy, type Policy, parsePolicy } from '../kernel/authorization/policy.ts';
import { AwsError, notImplemented } from '../kernel/errors.ts';
import { parseRedriveAllowPolicy, parseRedrivePolicy } from './redrive-policy.ts';

/** Ranges and defaults: "SetQueueAttributes" in the SQS API reference. */
const number = (initial: number, least: number, most: number) => ({
  initial: String(initial),
  check: (value: string) => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most,
});

/** An empty text takes it away; `parse` says what is wrong with any other. */
function document(parse: (value: string) => object) {
  const check = (value: string) => {
    if (value !== '') parse(value);
    return true;
  };
  return { initial: undefined, check };
}

/** A policy that could not be decided by is refused, not kept. */
function parseQueuePolicy(value: string): Policy {
  try {
    return parsePolicy(value, 'resource');
  } catch (cause) {
    if (!(cause instanceof MalformedPolicy)) throw cause;
    throw new AwsError('InvalidAttributeValue', `Invalid value for the parameter Policy. Reason: ${cause.message}`, {
      cause,
    });
  }
}

export const settings = {
  DelaySeconds: number(0, 0, 900),
  MaximumMessageSize: number(1_048_576, 1024, 1_048_576),
  MessageRetentionPeriod: number(345_600, 60, 1_209_600),
  ReceiveMessageWaitTimeSeconds: number(0, 0, 20),
  VisibilityTimeout: number(30, 0, 43_200),
  SqsManagedSseEnabled: { initial: 'true', check: (value: string) => value === 'true' || value === 'false' },
  Policy: document(parseQueuePolicy),
  RedriveAllowPolicy: document(parseRedriveAllowPolicy),
  RedrivePolicy: document(parseRedrivePolicy),
};

type Setting = keyof typeof settings;

const isSetting = (name: string): name is Setting => Object.hasOwn(settings, name);

/**
 * Checks attributes as a caller gives them.
 * @throws InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue; NotImplemented for FIFO queues and customer keys.
 */
export function checkedAttributes(attributes: Record<string, string | undefined>): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    if (name === 'FifoQueue' || name === 'ContentBasedDeduplication') throw notImplemented('SQS: FIFO queues');
    if (name.startsWith('Kms')) throw notImplemented('SQS: encryption with a customer key (SqsManagedSseEnabled is)');
    if (!isSetting(name)) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    if (!settings[name].check(value))
      throw new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
    checked[name] = value;
  }
  return checked;
}

/** All settings that have a value, defaults included. */
export function effectiveAttributes(attributes: Record<string, string>): Record<string, string> {
  const effective: Record<string, string> = {};
  for (const [name, setting] of Object.entries(settings)) {
    const value = attributes[name] ?? setting.initial;
    if (value !== undefined && value !== '') effective[name] = value;
  }
  return effective;
}
