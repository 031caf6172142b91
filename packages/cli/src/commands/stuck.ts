import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { SERVICES } from '../names.ts';
import { type RaisedAlarm, raisedAlarms } from '../stuck/alarms.ts';
import type { DeadLetter } from '../stuck/dead-letter.ts';
import { type Group, groupAlike } from '../stuck/groups.ts';
import { lookForStuck, redriveStuck, type Stuck } from '../stuck/stuck.ts';

export interface StuckOptions {
  service?: string;
  redrive?: boolean;
  /** Ids of messages, or their beginnings. */
  message?: string[];
}

/** Letters of a group that are named one by one. */
const NAMED = 5;

/** Shows every dead letter of every service with its reason, or sends them back to where they came from. */
export async function stuck(context: Context, options: StuckOptions): Promise<void> {
  const services = SERVICES.filter((service) => options.service === undefined || service === options.service);
  if (services.length === 0)
    throw new CliError(`There is no service ${options.service}.`, `The services are ${SERVICES.join(', ')}.`);
  if (options.redrive) return redrive(context, services, options.message ?? []);
  if (options.message)
    throw new CliError('--message says which dead letters to send back.', 'Give --redrive with it, or leave it out.');
  const found = await lookForStuck(context.clients, context.names, services);
  const groups = groupAlike(found.letters);
  const alarms = await raisedAlarms(context.clients.cloudWatch, context.names.alarms(options.service));
  context.terminal.result({ ...summary(found, groups), alarms }, () => render(found, groups, alarms));
}

async function redrive({ terminal, clients, names }: Context, services: readonly string[], messages: string[]) {
  const progress = (done: number, total: number) => terminal.progress(`Sent back ${done} of ${total} …`);
  const result = await redriveStuck(clients, names, { services, messages, progress });
  terminal.progressDone();
  const { redriven, failed, left } = result;
  const unknown = messages.filter((id) => ![...redriven, ...failed].some((letter) => letter.messageId.startsWith(id)));
  terminal.result(result, () => {
    const lines = groupAlike(redriven).map((group) => `sent back ${group.letters.length} × ${subject(group)}`);
    for (const { service, messageId, error } of failed) lines.push(`✗ ${service} ${messageId}: ${error}`);
    if (left > 0) lines.push(`About ${left} more are left: run it again.`);
    return lines.length > 0 ? lines.join('\n') : 'Nothing was sent back.';
  });
  if (unknown.length > 0)
    throw new CliError(
      `No dead letter is known as ${unknown.join(', ')}.`,
      'See what there is with "assay stuck"; someone else may be looking at it, then try again in a while.',
    );
  if (failed.length > 0)
    throw new CliError(
      `${failed.length} dead letters could not be sent back, and are still where they were.`,
      'The lines above say why. Repair that and run it again.',
    );
}

function summary({ queues }: Stuck, groups: readonly Group[]) {
  return {
    queues,
    groups: groups.map(({ letters, firstAt, lastAt, attempts }) => {
      const [first] = letters;
      return {
        service: first?.service,
        place: first?.place,
        reason: first?.reason,
        event: first?.event.name,
        count: letters.length,
        firstAt,
        lastAt,
        attempts,
        letters,
      };
    }),
  };
}

function render({ queues }: Stuck, groups: readonly Group[], alarms: readonly RaisedAlarm[]): string {
  const lines = alarms.map(({ name, since, description }) => `! ${name} since ${since}\n    ${description}`);
  if (alarms.length > 0) lines.push('');
  const told = lines.length;
  for (const { service, waiting, seen } of queues.filter((queue) => queue.waiting > 0)) {
    const sample = seen < waiting ? ` (${seen} of them are shown; others are held by somebody, or are too many)` : '';
    lines.push(`${service}: ${waiting} dead letter${waiting === 1 ? '' : 's'}${sample}`);
    for (const group of groups) if (group.letters[0]?.service === service) lines.push(...describe(group));
    lines.push('');
  }
  if (lines.length === told) return [...lines, 'Nothing is stuck.'].join('\n');
  lines.push('Send them back once the cause is repaired: assay stuck --redrive [--service NAME] [--message ID …]');
  return lines.join('\n');
}

function describe(group: Group): string[] {
  const { letters, firstAt, lastAt, attempts } = group;
  const { code = '', message = '' } = letters[0]?.reason ?? {};
  const tried = attempts ? `tried ${range(attempts)} times` : 'tried an unknown number of times';
  const lines = [
    `  ${letters.length} × ${subject(group)}`,
    `    ${code}: ${message}`,
    `    ${tried}, first ${firstAt ?? 'unknown'}, last ${lastAt ?? 'unknown'}`,
  ];
  for (const { messageId, event } of letters.slice(0, NAMED))
    lines.push(`    - ${messageId}  ${event.key ?? 'no key'}, correlation ${event.correlationId ?? 'none'}`);
  if (letters.length > NAMED) lines.push(`    … and ${letters.length - NAMED} more (--json lists them all)`);
  return lines;
}

const subject = ({ letters: [first] }: Group) => (first ? `${first.event.name ?? 'message'} ${words(first)}` : '');

function words({ place }: DeadLetter): string {
  switch (place.kind) {
    case 'rule':
      return `from the rule ${lastPart(place.rule)} to ${lastPart(place.target)}`;
    case 'function':
      return `in the function ${lastPart(place.function)}`;
    case 'queue':
      return `in the queue ${lastPart(place.queue)}`;
    case 'unknown':
      return 'of unknown origin';
  }
}

const lastPart = (arn: string) =>
  arn
    .replace(/:\$LATEST$/, '')
    .split(/[:/]/)
    .at(-1) ?? arn;

const range = ({ least, most }: { least: number; most: number }) =>
  least === most ? `${least}` : `${least} to ${most}`;
