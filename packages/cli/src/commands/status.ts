import { setTimeout as delay } from 'node:timers/promises';
import { type ChainState, countStages, type RolloutState, unnamedDevices } from '../chain/chain-state.ts';
import type { Context } from '../context.ts';
import { table } from '../output/terminal.ts';
import { type RaisedAlarm, raisedAlarms } from '../stuck/alarms.ts';

/** Says where the chain stands; with `watch` again and again until interrupted. */
export async function status(context: Context, { watch }: { watch: boolean }): Promise<void> {
  const { terminal, chain, clients, names } = context;
  for (;;) {
    const state = await chain.refresh();
    if (watch && process.stdout.isTTY && !terminal.json) process.stdout.write('\u001b[H\u001b[2J');
    const alarms = await raisedAlarms(clients.cloudWatch, names.alarms());
    terminal.result({ ...summary(state), alarms }, () => render(state, alarms));
    if (!watch) return;
    await delay(1000);
  }
}

/** The chain's state as plain data. */
export function summary(state: ChainState) {
  return {
    images: { ...countStages(state), refused: state.refused.size },
    trainings: [...state.trainings.values()],
    models: [...state.models.values()],
    rollouts: [...state.rollouts.values()],
    events: state.events,
  };
}

function render(state: ChainState, alarms: readonly RaisedAlarm[]): string {
  const { images, trainings, models, rollouts } = summary(state);
  const sections = [
    table(['images', 'count'], Object.entries(images)),
    table(
      ['events', 'count'],
      Object.entries(state.events).filter(([, count]) => count > 0),
    ),
  ];
  if (trainings.length > 0)
    sections.push(
      table(
        ['training', 'stage', 'AP50', 'why'],
        trainings.map((t) => [t.startedAt, t.stage, t.map50?.toFixed(3) ?? '', t.failure ?? t.reason]),
      ),
    );
  if (models.length > 0)
    sections.push(
      table(
        ['model', 'stage', 'AP50'],
        models.map((m) => [m.modelPackageArn, m.stage, m.map50?.toFixed(3) ?? '']),
      ),
    );
  if (rollouts.length > 0)
    sections.push(
      table(
        ['rollout', 'model', 'stage', 'devices'],
        rollouts.map((r) => [r.deploymentId, r.modelVersion, r.stage, devicesOf(r)]),
      ),
    );
  if (alarms.length > 0)
    sections.push(
      table(
        ['alarm ("assay stuck" says more)', 'since'],
        alarms.map(({ name, since }) => [name, since]),
      ),
    );
  return sections.join('\n\n');
}

/** By name, or where there are too many for that, how many came to what. */
function devicesOf(rollout: RolloutState): string {
  const counts = Object.entries(rollout.deviceCounts ?? {}).map(([status, count]) => `${count} ${status}`);
  const names = rollout.devices.map(({ thing, status }) => `${thing} ${status}`);
  return (unnamedDevices(rollout) > 0 ? counts : names).join(', ');
}
