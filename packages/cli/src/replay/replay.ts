import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  DescribeArchiveCommand,
  type DescribeArchiveResponse,
  DescribeReplayCommand,
  type DescribeReplayResponse,
  type EventBridgeClient,
  ListRulesCommand,
  ResourceNotFoundException,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { type BusRule, readRule } from './rules.ts';
import type { Span } from './span.ts';

/** The bus's archive. @throws CliError when the bus isn't deployed */
export async function findArchive({ clients, names }: Context): Promise<DescribeArchiveResponse> {
  try {
    return await clients.eventBridge.send(new DescribeArchiveCommand({ ArchiveName: names.archive }));
  } catch (cause) {
    if (!(cause instanceof ResourceNotFoundException)) throw cause;
    throw new CliError(`There is no archive ${names.archive}.`, 'Deploy the bus first: "assay deploy event-bus".', {
      cause,
    });
  }
}

/** The bus's rules that hear events. */
export async function listBusRules({ clients, names, connection }: Context): Promise<BusRule[]> {
  const rules: BusRule[] = [];
  let NextToken: string | undefined;
  do {
    const page = await clients.eventBridge.send(new ListRulesCommand({ EventBusName: names.bus, NextToken }));
    rules.push(...(page.Rules ?? []).flatMap((rule) => readRule(rule, connection.stage) ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return rules;
}

/** Starts a replay to some rules, and says its name. */
export async function startReplay(
  { clients, connection }: Context,
  archive: DescribeArchiveResponse,
  rules: readonly BusRule[],
  { from, to }: Span,
): Promise<string> {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+Z$/g, '');
  const ReplayName = `assay-${connection.stage}-${stamp}-${randomBytes(3).toString('hex')}`;
  await clients.eventBridge.send(
    new StartReplayCommand({
      ReplayName,
      EventSourceArn: archive.ArchiveArn,
      EventStartTime: from,
      EventEndTime: to,
      Destination: { Arn: archive.EventSourceArn, FilterArns: rules.map(({ arn }) => arn) },
    }),
  );
  return ReplayName;
}

/** Follows a replay to its end. @throws CliError when it fails or is cancelled */
export async function followReplay(
  eventBridge: EventBridgeClient,
  ReplayName: string,
  { every, progress }: { every: number; progress(line: string): void },
): Promise<DescribeReplayResponse> {
  for (;;) {
    const replay = await eventBridge.send(new DescribeReplayCommand({ ReplayName }));
    if (replay.State === 'COMPLETED') return replay;
    if (replay.State === 'FAILED' || replay.State === 'CANCELLED')
      throw new CliError(
        `The replay ${ReplayName} ended as ${replay.State}${replay.StateReason ? `: ${replay.StateReason}` : ''}.`,
        'What was replayed before has been delivered; a replay from the start is safe, each consumer knows what it has.',
      );
    progress(`${ReplayName}: ${replay.State?.toLowerCase()}, ${Math.round(100 * shareOf(replay))} %`);
    await delay(every);
  }
}

/** How far it is along its time span. */
export function shareOf({ EventStartTime, EventEndTime, EventLastReplayedTime }: DescribeReplayResponse): number {
  if (!EventStartTime || !EventEndTime || !EventLastReplayedTime) return 0;
  const done = EventLastReplayedTime.getTime() - EventStartTime.getTime();
  return Math.min(1, Math.max(0, done / (EventEndTime.getTime() - EventStartTime.getTime())));
}
