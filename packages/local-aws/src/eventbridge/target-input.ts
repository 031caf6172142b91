import type { Target } from '@aws-sdk/client-eventbridge';
import type { BusEvent } from './event.ts';

export interface Delivery {
  event: BusEvent;
  ruleArn: string;
  ruleName: string;
  /** When the event came in; milliseconds since the epoch. */
  receivedAt: number;
}

/** What a target gets: the event, a part of it, a constant, or a template filled in. Always a text. */
export function targetInput(target: Target, delivery: Delivery): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(atPath(delivery.event, target.InputPath) ?? null);
  const { InputTransformer: transformer } = target;
  if (!transformer) return JSON.stringify(delivery.event);
  const values = new Map<string, unknown>();
  for (const [name, path] of Object.entries(transformer.InputPathsMap ?? {})) {
    const value = atPath(delivery.event, path);
    if (value !== undefined) values.set(name, value);
  }
  for (const [name, value] of reservedVariables(delivery)) values.set(name, value);
  return filledIn(transformer.InputTemplate ?? '', values);
}

function reservedVariables({ event, ruleArn, ruleName, receivedAt }: Delivery): [string, unknown][] {
  const { detail: _, ...envelope } = event;
  return [
    ['aws.events.rule-arn', ruleArn],
    ['aws.events.rule-name', ruleName],
    ['aws.events.event.ingestion-time', new Date(receivedAt).toISOString()],
    ['aws.events.event', envelope],
    ['aws.events.event.json', event],
  ];
}

/** The value at a path in EventBridge's JSON path: dots, and indexes in brackets. */
export function atPath(event: unknown, path: string): unknown {
  if (path === '$') return event;
  let value: unknown = event;
  for (const [, name, index] of path.slice(1).matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)) {
    if (typeof value !== 'object' || value === null) return undefined;
    const key = name ?? index ?? '';
    value = Object.hasOwn(value, key) ? Object.entries(value).find(([own]) => own === key)?.[1] : undefined;
  }
  return value;
}

/** Whether a path is one that EventBridge reads. */
export function isPath(path: string): boolean {
  return /^\$(\.[^.[\]\s]+|\[\d+\])*$/.test(path);
}

/**
 * Fills a template in. Inside quotes a variable becomes text as it is, elsewhere in a JSON template it becomes JSON; a
 * variable whose path isn't in the event leaves nothing ("Amazon EventBridge input transformation").
 */
function filledIn(template: string, values: Map<string, unknown>): string {
  const json = /^\s*[{["]/.test(template);
  let quoted = false;
  let filled = '';
  for (const [token, name] of template.matchAll(/<([A-Za-z0-9._-]+)>|\\.|"|[^<\\"]+|[<\\]/gs)) {
    if (name === undefined) {
      if (token === '"') quoted = !quoted;
      filled += token;
    } else if (values.has(name)) filled += rendered(values.get(name), json && !quoted);
  }
  return filled;
}

function rendered(value: unknown, asJson: boolean): string {
  return typeof value === 'string' && !asJson ? value : JSON.stringify(value);
}
