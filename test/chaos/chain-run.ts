import { countStages } from '../../packages/cli/src/chain/chain-state.ts';
import type { Context } from '../../packages/cli/src/context.ts';
import { uploadPhotographs } from '../../packages/cli/src/dataset/upload.ts';
import { startAnnotators, type WorkerApi } from '../../packages/cli/src/demo/annotators.ts';
import type { DemoImage } from '../../packages/cli/src/demo/demo-dataset.ts';
import { signedFetch } from '../../packages/cli/src/platform/signed-fetch.ts';
import { untilDone } from './cloud-work.ts';
import type { MortalCloud } from './mortal-cloud.ts';

const STATION = 'line-1';

/** Takes images through the chain, from their upload until their labels are stored and nothing is left to do. */
export async function runChain(cloud: MortalCloud, context: Context, images: readonly DemoImage[]): Promise<void> {
  const { clients, names, chain } = context;
  const fetch = signedFetch(context.connection, 'sagemaker');
  let trouble: unknown;
  const call: WorkerApi = async (method, path, body) => {
    try {
      return await cloud.patiently(() => fetch(method, path, body));
    } catch (error) {
      trouble = error;
      throw error;
    }
  };
  const team = startAnnotators(call, names.workteam, images);
  try {
    for (const image of images)
      await cloud.patiently(() => uploadPhotographs(clients.s3, names.imageBucket, [{ ...image, station: STATION }]));
    await untilDone(cloud, async () => {
      // Nobody would answer any more.
      if (trouble !== undefined) throw trouble;
      const counts = countStages(await cloud.patiently(() => chain.refresh()));
      return counts.approved + counts.failed === images.length;
    });
  } finally {
    await team.stop();
  }
}
