import type { Context } from '../context.ts';
import { table } from '../output/terminal.ts';
import { countEvents, countFor } from '../replay/count-events.ts';
import { findArchive, followReplay, listBusRules, startReplay } from '../replay/replay.ts';
import { chooseRules } from '../replay/rules.ts';
import { refuseUnarchived, spanOf } from '../replay/span.ts';

export interface ReplayOptions {
  from: string;
  to?: string;
  event?: string;
  toService?: string;
  allServices?: boolean;
  dryRun?: boolean;
}

/** Between two looks at a replay, in milliseconds; on AWS even a small one takes minutes. */
const LOOK_EVERY = { local: 200, aws: 5000 };

/** Lets services hear again what was said, out of the bus's archive. docs/replay.md says what for. */
export async function replay(context: Context, options: ReplayOptions): Promise<void> {
  const { terminal, clients, names, connection } = context;
  const { event, toService: service, allServices = false } = options;
  const span = spanOf(options, new Date());
  const archive = await findArchive(context);
  const rules = chooseRules(await listBusRules(context), { event, service, allServices });
  const begun = archive.CreationTime ?? span.from;
  refuseUnarchived(span, begun);
  if (span.from < begun)
    terminal.say(`The archive holds events since ${begun.toISOString()}; what was said before is not replayed.`);
  if (options.dryRun) {
    const counts = await countEvents(clients.logs, names.journal, span);
    const rows = rules.map((rule) => ({ rule: rule.name, hears: rule.events, ...countFor(rule, counts) }));
    terminal.result({ ...span, rules: rows }, () => {
      const cells = rows.map(({ rule, hears, events, atMost }) => [
        rule,
        hears?.join(', ') ?? 'by more than their names',
        `${atMost ? 'at most ' : ''}${events}`,
      ]);
      const when = `${span.from.toISOString()} to ${span.to.toISOString()}`;
      return `${table(['rule', 'hears', 'events'], cells)}\n\nNothing was started. It would replay ${when}.`;
    });
    return;
  }
  const name = await startReplay(context, archive, rules, span);
  terminal.say(`Replaying to ${rules.map((rule) => rule.name).join(', ')} as ${name}.`);
  terminal.say(`It goes on when you leave; "aws events cancel-replay --replay-name ${name}" stops it.`);
  const every = connection.endpoint ? LOOK_EVERY.local : LOOK_EVERY.aws;
  await followReplay(clients.eventBridge, name, { every, progress: (line) => terminal.progress(line) });
  terminal.progressDone();
  terminal.result(
    { replay: name, ...span, rules: rules.map((rule) => rule.name) },
    () => 'All of it is on its way. Follow what becomes of it with "assay status --watch".',
  );
}
