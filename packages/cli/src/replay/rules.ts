import { catalogue } from '@assay/events';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { SERVICES } from '../names.ts';

/** A rule on the bus, as far as a replay has to know it. */
export interface BusRule {
  name: string;
  arn: string;
  /** Whose it is, by its name; absent for what isn't a service's (the journal). */
  service?: string;
  /** The events that it hears; absent when it chooses them by something else than their names. */
  events?: string[];
  /** Whether it hears less than that, e.g. events of one station. */
  narrowed: boolean;
  /** False when its pattern wants no replayed events. */
  hearsReplays: boolean;
}

const patternSchema = z.looseObject({
  'detail-type': z.unknown().optional(),
  'replay-name': z.array(z.unknown()).optional(),
});
const literalsSchema = z.array(z.string());
const absentSchema = z.strictObject({ exists: z.literal(false) });

/** Reads a rule; undefined for one that is disabled or hears no events. */
export function readRule(
  { Name = '', Arn = '', EventPattern, State }: { Name?: string; Arn?: string; EventPattern?: string; State?: string },
  stage: string,
): BusRule | undefined {
  if (EventPattern === undefined || State === 'DISABLED') return undefined;
  const { source: _, ...pattern } = patternSchema.parse(JSON.parse(EventPattern));
  const events = literalsSchema.safeParse(pattern['detail-type']);
  const service = SERVICES.find((each) => Name.startsWith(`assay-${stage}-${each}-`));
  return {
    name: Name,
    arn: Arn,
    ...(service && { service }),
    ...(events.success && { events: events.data }),
    narrowed: Object.keys(pattern).some((field) => field !== 'detail-type' && field !== 'replay-name'),
    hearsReplays: !pattern['replay-name']?.some((member) => absentSchema.safeParse(member).success),
  };
}

export interface RuleChoice {
  event?: string | undefined;
  service?: string | undefined;
  allServices: boolean;
}

/**
 * The rules that are to hear a replay. EventBridge replays to whole rules, so what can be asked for is what a rule hears.
 *
 * @throws CliError when nothing would hear it, when an event can't be had alone, or when nobody said who is to hear it
 */
export function chooseRules(rules: readonly BusRule[], { event, service, allServices }: RuleChoice): BusRule[] {
  const hearing = rules.filter(({ hearsReplays }) => hearsReplays);
  if (service === undefined && !allServices)
    throw new CliError(
      `A replay without --to-service goes to all of ${servicesOf(hearing).join(', ')}, as if all that happened anew.`,
      'Name the one that is to hear it with --to-service, or say --all-services; read docs/replay.md first, and try --dry-run.',
    );
  if (event !== undefined && !Object.hasOwn(catalogue, event))
    throw new CliError(`There is no event ${event}.`, `The events are ${Object.keys(catalogue).join(', ')}.`);
  const own = hearing.filter((rule) => service === undefined || rule.service === service);
  if (own.length === 0)
    throw new CliError(
      `No rule of ${service ?? 'any service'} hears the bus.`,
      `Those that have one are ${servicesOf(hearing).join(', ') || 'none: deploy a service first'}.`,
    );
  if (event === undefined) return own;
  const mixed = own.find(({ events }) => !events || (events.includes(event) && events.length > 1));
  if (mixed)
    throw new CliError(
      `The rule ${mixed.name} hears ${mixed.events?.join(' and ') ?? 'events by more than their names'}, and EventBridge replays to whole rules.`,
      `Leave --event out to replay all that it hears, or give ${event} a rule of its own in the service's serverless.yml.`,
    );
  const chosen = own.filter(({ events }) => events?.includes(event));
  if (chosen.length === 0)
    throw new CliError(
      service === undefined ? `No service hears ${event}.` : `${service} does not hear ${event}.`,
      `What it hears is ${[...new Set(own.flatMap(({ events = [] }) => events))].join(', ')}.`,
    );
  return chosen;
}

function servicesOf(rules: readonly BusRule[]): string[] {
  return [...new Set(rules.flatMap((rule) => rule.service ?? rule.name))].sort();
}
