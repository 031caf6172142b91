import { join } from 'node:path';
import type { RolloutState } from '../../packages/cli/src/chain/chain-state.ts';
import { decide } from '../../packages/cli/src/commands/models.ts';
import type { Context } from '../../packages/cli/src/context.ts';
import type { DemoImage } from '../../packages/cli/src/demo/demo-dataset.ts';
import { type Inspection, inspectOnDevice } from '../../packages/cli/src/demo/device-inspection.ts';
import { startDevice } from '../../packages/cli/src/platform/device.ts';
import { untilDone } from './cloud-work.ts';
import type { Kill } from './host-messages.ts';
import type { MortalCloud } from './mortal-cloud.ts';

/** What has come of a model that was approved. */
export interface RolledOut {
  rollouts: Pick<RolloutState, 'modelPackageArn' | 'modelVersion' | 'stage' | 'devices'>[];
  inspections: Pick<Inspection, 'fileName' | 'part' | 'verdict' | 'detections' | 'uploaded'>[];
}

/**
 * Approves the newest model and follows it onto a device, which then inspects parts with it.
 *
 * @param kills how the lives end in which the model is on its way
 */
export async function rollOut(
  cloud: MortalCloud,
  context: Context,
  parts: readonly DemoImage[],
  kills: readonly Kill[] = [],
): Promise<RolledOut> {
  const { chain } = context;
  const framesDir = join(cloud.folder, 'frames');
  const device = await startDevice(context, { dataDir: cloud.folder, framesDir });
  try {
    cloud.doom(kills);
    await cloud.patiently(() => decide(context, 'latest', 'Approved', 'a test says so'));
    await untilDone(
      cloud,
      async () => {
        const { rollouts } = await cloud.patiently(() => chain.refresh());
        const ended = [...rollouts.values()].some(({ stage }) => stage !== 'running');
        return ended && !cloud.doomed();
      },
      'in their time',
    );
    const inspections = await inspectOnDevice(context, device, parts, { framesDir, station: 'line-1' });
    return {
      rollouts: [...chain.state.rollouts.values()].map(({ modelPackageArn, modelVersion, stage, devices }) => ({
        modelPackageArn,
        modelVersion,
        stage,
        devices,
      })),
      inspections: inspections.map(({ fileName, part, verdict, detections, uploaded }) => ({
        fileName,
        part,
        verdict,
        detections,
        uploaded,
      })),
    };
  } finally {
    await device.close();
  }
}
