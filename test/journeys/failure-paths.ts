import { catalogue } from '@assay/events';
import { createPublisher } from '@assay/events/publisher';
import { type BridgeEvent, sampleEvent } from '@assay/events/testing';
import {
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  InvokeCommand,
  ListFunctionsCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeModelPackageCommand } from '@aws-sdk/client-sagemaker';
import type { Context } from '../../packages/cli/src/context.ts';

const DAMAGED = { Key: 'damaged.jsonl' };

/** By which a journey sends the chain along the ways that it takes when something fails. */
export function failurePaths({ clients, connection, names }: Context) {
  const { lambda } = clients;
  const functionName = (name: string) => `assay-${connection.stage}-${name}`;

  /** Calls a function and gives its answer. Throws when it failed. */
  async function invoke(name: string, event: unknown): Promise<unknown> {
    const Payload = Buffer.from(JSON.stringify(event));
    const answer = await lambda.send(new InvokeCommand({ FunctionName: functionName(name), Payload }));
    const text = Buffer.from(answer.Payload ?? []).toString();
    if (answer.FunctionError) throw new Error(`${name} failed: ${text}`);
    return JSON.parse(text);
  }

  const registry = createPublisher({
    eventBridge: clients.eventBridge,
    busName: names.bus,
    producer: 'assay.model-registry-watcher',
  });

  /** A package that the registry doesn't know, as far as the events about it tell. */
  const madeUp = (modelPackageVersion: number) => ({
    modelPackageArn: `arn:aws:sagemaker:${connection.region}:${connection.account}:model-package/${names.modelPackageGroup}/${modelPackageVersion}`,
    modelPackageGroup: names.modelPackageGroup,
    modelPackageVersion,
  });

  return {
    invoke,

    /** Calls a function as its schedule does; `time` is by what it tells one occasion from another. */
    async onSchedule(name: string, time = new Date().toISOString()): Promise<void> {
      await invoke(name, { source: 'aws.events', 'detail-type': 'Scheduled Event', time, resources: [], detail: {} });
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
      const known = await clients.sageMaker.send(new DescribeModelPackageCommand({ ModelPackageName: model }));
      const modelUri = known.InferenceSpecification?.Containers?.[0]?.ModelDataUrl ?? '';
      await registry.publish(catalogue.ModelApproved, { ...madeUp(version), modelUri });
    },

    async sayRejected(version: number): Promise<void> {
      await registry.publish(catalogue.ModelRejected, madeUp(version));
    },

    /** Sends each function an event that it can do nothing with. It gives up at once instead of after two more times. */
    async sendMisfits(): Promise<void> {
      await clients.s3.send(new PutObjectCommand({ ...DAMAGED, Bucket: names.claimBucket, Body: 'no list' }));
      const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
      for (const { FunctionName = '' } of Functions) {
        const settings = await lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }));
        const once = { FunctionName, DestinationConfig: settings.DestinationConfig, MaximumRetryAttempts: 0 };
        await lambda.send(new PutFunctionEventInvokeConfigCommand(once));
        const Payload = Buffer.from(JSON.stringify(misfit(FunctionName)));
        await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }));
      }
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
