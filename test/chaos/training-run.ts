import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '@assay/events';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { DescribeModelPackageCommand, paginateListModelPackages } from '@aws-sdk/client-sagemaker';
import type { TrainingState } from '../../packages/cli/src/chain/chain-state.ts';
import type { Context } from '../../packages/cli/src/context.ts';
import { publisherAs } from '../../packages/cli/src/platform/publisher.ts';
import { readModelArchive } from '../../services/training/jobs/evaluate/model-archive.ts';
import { untilDone } from './cloud-work.ts';
import type { MortalCloud } from './mortal-cloud.ts';

/**
 * Asks for a training on the labels of an instant, before any kill is due, and waits for its end and all that follows.
 *
 * @param reason one training is started for each
 */
export async function train(
  cloud: MortalCloud,
  context: Context,
  asOf: string,
  reason: string,
): Promise<TrainingState> {
  const { chain } = context;
  const known = new Set(chain.state.trainings.keys());
  const request = { reason, requestedBy: 'a test', asOf };
  await publisherAs(context, 'assay.training').publish(catalogue.TrainingRequested, request);
  const asked = () => [...chain.state.trainings.values()].filter((each) => !known.has(each.pipelineExecutionArn));
  await untilDone(cloud, async () => {
    await cloud.patiently(() => chain.refresh());
    return asked().length > 0 && asked().every(({ stage }) => stage !== 'running');
  });
  const [training, ...others] = asked();
  if (!training || others.length > 0) throw new Error(`one request led to ${1 + others.length} trainings`);
  return training;
}

/** A registered model: what it was made of, what it is, and how good it proved. Where it lies is left out. */
export interface RegisteredModel {
  snapshotSha256: string | undefined;
  imageCount: string | undefined;
  map50: string | undefined;
  /** SHA-256 of `model.onnx`. */
  onnx: string;
  thresholds: object;
}

/** All models of the registry. */
export async function registeredModels({ clients, names }: Context): Promise<RegisteredModel[]> {
  const models: RegisteredModel[] = [];
  const pages = paginateListModelPackages(
    { client: clients.sageMaker },
    { ModelPackageGroupName: names.modelPackageGroup },
  );
  for await (const { ModelPackageSummaryList = [] } of pages)
    for (const { ModelPackageArn: ModelPackageName } of ModelPackageSummaryList) {
      const model = await clients.sageMaker.send(new DescribeModelPackageCommand({ ModelPackageName }));
      const { snapshotSha256, imageCount, map50 } = model.CustomerMetadataProperties ?? {};
      const { onnx, manifest } = await modelOf(clients.s3, model.InferenceSpecification?.Containers?.[0]?.ModelDataUrl);
      const digest = createHash('sha256').update(onnx).digest('hex');
      models.push({ snapshotSha256, imageCount, map50, onnx: digest, thresholds: manifest.thresholds });
    }
  return models;
}

async function modelOf(s3: Context['clients']['s3'], uri = '') {
  const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri) ?? [];
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const folder = await mkdtemp(join(tmpdir(), 'model-'));
  try {
    const file = join(folder, 'model.tar.gz');
    await writeFile(file, (await Body?.transformToByteArray()) ?? new Uint8Array());
    return await readModelArchive(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}
