import { createHash } from 'node:crypto';
import { catalogue } from '@assay/events';
import { type BridgeEvent, sampleEvent } from '@assay/events/testing';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  ListFunctionsCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeModelPackageCommand,
  paginateListLabelingJobs,
  StopLabelingJobCommand,
  StopPipelineExecutionCommand,
} from '@aws-sdk/client-sagemaker';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { ChainState } from '../../packages/cli/src/chain/chain-state.ts';
import type { Context } from '../../packages/cli/src/context.ts';
import { uploadPhotographs } from '../../packages/cli/src/dataset/upload.ts';
import type { DemoImage } from '../../packages/cli/src/demo/demo-dataset.ts';
import { publisherAs } from '../../packages/cli/src/platform/publisher.ts';
import { giveUpAtOnce } from './give-up-at-once.ts';

/** Waits until the chain has come to a point. */
type WaitFor = <T>(what: string, reached: (state: ChainState) => T | undefined | Promise<T | undefined>) => Promise<T>;

export const STATION = 'line-1';
const DAMAGED = { Key: 'damaged.jsonl' };

/** By which a journey sends the chain along the ways that it takes when something fails. */
export function failurePaths({ clients, connection, names }: Context, waitFor: WaitFor) {
  const { lambda, s3, sageMaker } = clients;
  const { account, region } = connection;
  const functionName = (name: string) => `assay-${connection.stage}-${name}`;

  async function eachFunction(work: (FunctionName: string) => Promise<unknown>): Promise<void> {
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    for (const { FunctionName = '' } of Functions) await work(FunctionName);
  }

  const registry = publisherAs({ clients, names }, 'assay.model-registry-watcher');

  /** A package that the registry doesn't know, as far as the events about it tell. */
  const madeUp = (modelPackageVersion: number) => ({
    modelPackageArn: `arn:aws:sagemaker:${region}:${account}:model-package/${names.modelPackageGroup}/${modelPackageVersion}`,
    modelPackageGroup: names.modelPackageGroup,
    modelPackageVersion,
  });

  const upload = (images: readonly DemoImage[]) =>
    uploadPhotographs(
      s3,
      names.imageBucket,
      images.map((image) => ({ ...image, station: STATION })),
    );

  /** Waits for a training that runs. Gives its ARN. */
  const training = () =>
    waitFor(
      'a training',
      ({ trainings }) => [...trainings.values()].find(({ stage }) => stage === 'running')?.pipelineExecutionArn,
    );

  /** Calls a function as its schedule does; `time` is by what it tells one occasion from another. */
  async function onSchedule(name: string, time = new Date().toISOString()): Promise<void> {
    const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', time, resources: [], detail: {} };
    const Payload = Buffer.from(JSON.stringify(event));
    await lambda.send(new InvokeCommand({ FunctionName: functionName(name), InvocationType: 'Event', Payload }));
  }

  return {
    upload,
    training,
    onSchedule,

    async stopTraining(): Promise<void> {
      await sageMaker.send(new StopPipelineExecutionCommand({ PipelineExecutionArn: await training() }));
    },

    /** Lets a labeling run begin with a single image. Gives the run's id. */
    async runWith(image: DemoImage | undefined): Promise<string> {
      if (!image) throw new Error('there are too few images');
      await upload([image]);
      const time = new Date().toISOString();
      return waitFor('a run', async ({ images }) => {
        await onSchedule('labeling-on-schedule', time);
        return images.get(imageIdOf(image))?.runs.at(-1);
      });
    },

    async abortRun(run: string): Promise<void> {
      const { endpoint = '', credentials } = connection;
      const states = new SFNClient({ endpoint, region, ...(credentials && { credentials }) });
      const executionArn = `arn:aws:states:${region}:${account}:execution:${functionName('labeling')}:${run}`;
      await states.send(new StopExecutionCommand({ executionArn }));
      states.destroy();
    },

    /** Stops the labeling job of a run, as somebody may in the console: the run fails. */
    async stopLabeling(run: string): Promise<void> {
      const LabelingJobName = await waitFor('its labeling job', async () => {
        const ofRun = { NameContains: run.replace(/^run-/, ''), StatusEquals: 'InProgress' } as const;
        const jobs = paginateListLabelingJobs({ client: sageMaker }, ofRun);
        for await (const { LabelingJobSummaryList = [] } of jobs)
          for (const job of LabelingJobSummaryList) return job.LabelingJobName;
        return undefined;
      });
      await sageMaker.send(new StopLabelingJobCommand({ LabelingJobName }));
    },

    /** Uploads an image whose labels are known already. */
    async importLabelled(image: DemoImage | undefined): Promise<void> {
      if (!image) throw new Error('there are too few images');
      const { width, height, boxes } = image;
      const Body = JSON.stringify({ source: 'a test', width, height, boxes });
      const Key = `imports/${imageIdOf(image)}.json`;
      await s3.send(new PutObjectCommand({ Bucket: names.labelingBucket, Key, Body }));
      await upload([image]);
    },

    /** Calls a function and gives its answer. Throws when it failed. */
    async invoke(name: string, event: unknown): Promise<unknown> {
      const Payload = Buffer.from(JSON.stringify(event));
      const answer = await lambda.send(new InvokeCommand({ FunctionName: functionName(name), Payload }));
      const text = Buffer.from(answer.Payload ?? []).toString();
      if (answer.FunctionError) throw new Error(`${name} failed: ${text}`);
      return JSON.parse(text);
    },

    /** Changes settings of a function. */
    async configure(name: string, settings: Record<string, string>): Promise<void> {
      const FunctionName = functionName(name);
      const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      const Variables = { ...Environment?.Variables, ...settings };
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
    },

    /** Says that a version was approved, which nobody trained: it has the weights of `model`. */
    async sayApproved(version: number, model: string): Promise<void> {
      const known = await sageMaker.send(new DescribeModelPackageCommand({ ModelPackageName: model }));
      const modelUri = known.InferenceSpecification?.Containers?.[0]?.ModelDataUrl ?? '';
      await registry.publish(catalogue.ModelApproved, { ...madeUp(version), modelUri });
    },

    async sayRejected(version: number): Promise<void> {
      await registry.publish(catalogue.ModelRejected, madeUp(version));
    },

    /** From here on an event that a function failed on is a dead letter at once, instead of after two more times. */
    giveUpAtOnce: () => eachFunction((name) => giveUpAtOnce(lambda, name)),

    /** Sends each function an event that it can do nothing with. */
    async sendMisfits(): Promise<void> {
      await s3.send(new PutObjectCommand({ ...DAMAGED, Bucket: names.claimBucket, Body: 'no list' }));
      await eachFunction((FunctionName) => {
        const Payload = Buffer.from(JSON.stringify(misfit(FunctionName)));
        return lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }));
      });
    },
  };

  /** For the functions that read lists, an event whose list is damaged. */
  function misfit(name: string): BridgeEvent | string {
    const uri = `s3://${names.claimBucket}/${DAMAGED.Key}`;
    const list = { manifest: { uri, sha256: '0'.repeat(64), count: 1 } };
    if (name === functionName('labeling-on-images-arrived'))
      return sampleEvent(catalogue.ImagesArrived, { data: { images: list } });
    if (name === functionName('label-store-store'))
      return sampleEvent(catalogue.LabelsApproved, { data: { labels: list } });
    return 'what no event is like';
  }
}

/** Images are called by their content. */
const imageIdOf = ({ bytes }: DemoImage) => createHash('sha256').update(bytes).digest('hex');
