import type { DeviceOutcome } from '@assay/events';
import { settle } from './decisions.ts';
import { changeRollout, type Line, type LineModel, modelOf, type Rollout } from './line.ts';

/** What moving a line on needs from outside. Every step may run twice with the same result. */
export interface LinePorts {
  /**
   * Applies `change` to the line as it is now and keeps the result, again when somebody else was faster. Returns it.
   */
  update(change: (line: Line) => Line): Promise<Line>;
  /** Makes sure that the component version of a model exists and can be deployed. */
  ensureModelComponent(model: LineModel): Promise<void>;
  /** The newest inspector that is registered. */
  inspectorVersion(): Promise<string>;
  /** Creates the deployment, once for each rollout id. Returns its id. */
  deploy(rollout: Rollout, inspectorVersion: string): Promise<string>;
  /** Stops a deployment that must not reach any more devices. */
  cancel(deploymentId: string): Promise<void>;
  /** The devices of the line and how each stands with a deployment. */
  devices(deploymentId: string): Promise<readonly DeviceOutcome[]>;
  sayStarted(line: Line, rollout: Rollout): Promise<void>;
  sayEnded(line: Line, rollout: Rollout): Promise<void>;
}

/**
 * Does what is left to do for each rollout, in their order: create its deployment, say that it started, say how it
 * ended. Each step is kept before the next, so whoever comes after a crash goes on from there.
 */
export async function advance(ports: LinePorts): Promise<Line> {
  let line = await ports.update((same) => same);
  for (let step = nextStep(line); step !== undefined; step = nextStep(line)) {
    line = await step(ports, line);
  }
  return line;
}

/**
 * Asks the devices how the deployments under way are going, then does what follows. What was left undone comes first:
 * a device may report before the deployment that it reports about was written down.
 */
export async function follow(ports: LinePorts): Promise<Line> {
  const line = await advance(ports);
  for (const { id, state, deploymentId } of line.rollouts) {
    if (state !== 'started' || deploymentId === undefined) continue;
    const devices = await ports.devices(deploymentId);
    await ports.update((now) => settle(now, id, devices));
  }
  return advance(ports);
}

type Step = (ports: LinePorts, line: Line) => Promise<Line>;

function nextStep(line: Line): Step | undefined {
  for (const rollout of line.rollouts) {
    if (rollout.state === 'requested') return (ports) => start(ports, line, rollout);
    if (rollout.state === 'superseded') continue;
    if (!rollout.said.includes('start')) return (ports) => sayStart(ports, line, rollout);
    if (rollout.state !== 'started' && !rollout.said.includes('end')) return (ports) => sayEnd(ports, line, rollout);
  }
  return undefined;
}

async function start(ports: LinePorts, line: Line, rollout: Rollout): Promise<Line> {
  const model = modelOf(line, rollout.modelPackageVersion);
  if (model === undefined) throw new Error(`the rollout ${rollout.id} is of a model that the line does not know`);
  await ports.ensureModelComponent(model);
  const inspectorVersion = await ports.inspectorVersion();
  const deploymentId = await ports.deploy(rollout, inspectorVersion);
  const devices = await ports.devices(deploymentId);
  return ports.update((now) =>
    changeRollout(now, rollout.id, (each) =>
      each.state === 'requested'
        ? { ...each, state: 'started', deploymentId, inspectorVersion, targets: devices.length }
        : each,
    ),
  );
}

async function sayStart(ports: LinePorts, line: Line, rollout: Rollout): Promise<Line> {
  await ports.sayStarted(line, rollout);
  return ports.update((now) => changeRollout(now, rollout.id, (each) => ({ ...each, said: [...each.said, 'start'] })));
}

async function sayEnd(ports: LinePorts, line: Line, rollout: Rollout): Promise<Line> {
  // Nothing replaces the failed deployment when there is no model to go back to; it would go on to other devices.
  if (rollout.state === 'rolled-back' && rollout.rolledBackTo === undefined && rollout.deploymentId !== undefined) {
    await ports.cancel(rollout.deploymentId);
  }
  await ports.sayEnded(line, rollout);
  return ports.update((now) => changeRollout(now, rollout.id, (each) => ({ ...each, said: [...each.said, 'end'] })));
}
