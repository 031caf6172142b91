import { AwsError } from '../../kernel/errors.ts';
import { compilePattern } from '../pattern/compile.ts';
import type { EventBridgeOperation } from '../state.ts';

/** "The event, in JSON format, to test against the event pattern. The JSON must follow the format …": these have to be there. */
const MANDATORY = ['id', 'account', 'source', 'time', 'region', 'detail-type'];

export const testEventPattern: EventBridgeOperation<'TestEventPattern'> = (input) => {
  const pattern = compilePattern(input.EventPattern ?? '');
  const event = parseEvent(input.Event ?? '');
  if (!MANDATORY.every((name) => Object.hasOwn(event, name))) throw notValid();
  return { Result: pattern.matches(event) };
};

const notValid = () => new AwsError('ValidationException', 'Parameter Event is not valid.');

function parseEvent(text: string): Record<string, unknown> {
  try {
    const event: unknown = JSON.parse(text);
    if (typeof event === 'object' && event !== null && !Array.isArray(event)) return { ...event };
  } catch {
    // Told below, with what is no object.
  }
  throw notValid();
}
