import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateModelPackageGroupCommand,
  CreatePipelineCommand,
  DeletePipelineCommand,
  DescribeModelPackageCommand,
  DescribePipelineExecutionCommand,
  ListPipelineExecutionStepsCommand,
  ListPipelineExecutionsCommand,
  ListPipelineParametersForExecutionCommand,
  RetryPipelineExecutionCommand,
  SageMakerClient,
  StartPipelineExecutionCommand,
  StopPipelineExecutionCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../../test/harness.ts';

const script = (code: string) => ({ command: [process.execPath, '--input-type=module', '-e', code, '--'] });
const images = {
  'test/prepare': script(`
    import { writeFileSync } from 'node:fs';
    writeFileSync(process.env.SAGEMAKER_BASE_DIR + '/processing/output/train/data.txt', process.env.SNAPSHOT);`),
  'test/train': script(`
    import { readFileSync, writeFileSync } from 'node:fs';
    const base = process.env.SAGEMAKER_BASE_DIR;
    const { epochs } = JSON.parse(readFileSync(base + '/input/config/hyperparameters.json', 'utf8'));
    if (epochs === '13') process.exit(1);
    writeFileSync(base + '/model/model.txt', readFileSync(base + '/input/data/train/data.txt', 'utf8') + epochs);`),
  'test/evaluate': script(`
    import { readdirSync, writeFileSync } from 'node:fs';
    const base = process.env.SAGEMAKER_BASE_DIR + '/processing/';
    if (readdirSync(base + 'input/model').join() !== 'model.tar.gz') process.exit(1);
    writeFileSync(base + 'output/evaluation/evaluation.json', JSON.stringify({ metrics: { map50: { value: 0.75 } } }));`),
  'test/endless': script('process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000);'),
};
const image = (name: string) => `000000000000.dkr.ecr.eu-west-1.amazonaws.com/test/${name}:1`;
const RoleArn = 'arn:aws:iam::000000000000:role/pipeline';
const ProcessingResources = { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 10 } };
const output = (OutputName: string, S3Uri: unknown) => ({
  Outputs: [
    {
      OutputName,
      S3Output: { S3Uri, LocalPath: `/opt/ml/processing/output/${OutputName}`, S3UploadMode: 'EndOfJob' },
    },
  ],
});
const join = (...Values: unknown[]) => ({ 'Std:Join': { On: '/', Values } });
const execution = { Get: 'Execution.PipelineExecutionId' };

const prepare = {
  Name: 'Prepare',
  Type: 'Processing',
  Arguments: {
    ProcessingResources,
    RoleArn: { Get: 'Parameters.Role' },
    AppSpecification: { ImageUri: image('prepare') },
    Environment: { SNAPSHOT: { Get: 'Parameters.Snapshot' } },
    ProcessingOutputConfig: output('train', join('s3://job-data', execution, 'train')),
  },
};
const train = {
  Name: 'Train',
  Type: 'Training',
  Arguments: {
    RoleArn: { Get: 'Parameters.Role' },
    AlgorithmSpecification: { TrainingImage: image('train'), TrainingInputMode: 'File' },
    HyperParameters: { epochs: { Get: 'Parameters.Epochs' } },
    InputDataConfig: [
      {
        ChannelName: 'train',
        DataSource: {
          S3DataSource: {
            S3DataType: 'S3Prefix',
            S3Uri: { Get: "Steps.Prepare.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri" },
          },
        },
      },
    ],
    OutputDataConfig: { S3OutputPath: 's3://job-data/models/' },
    ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 10 },
    StoppingCondition: { MaxRuntimeInSeconds: 100 },
  },
};
const evaluate = {
  Name: 'Evaluate',
  Type: 'Processing',
  Arguments: {
    ProcessingResources,
    RoleArn: { Get: 'Parameters.Role' },
    AppSpecification: { ImageUri: image('evaluate') },
    ProcessingInputs: [
      {
        InputName: 'model',
        S3Input: {
          S3Uri: { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' },
          LocalPath: '/opt/ml/processing/input/model',
          S3DataType: 'S3Prefix',
          S3InputMode: 'File',
        },
      },
    ],
    ProcessingOutputConfig: output('evaluation', join('s3://job-data', execution, 'evaluation')),
  },
  PropertyFiles: [{ PropertyFileName: 'Report', OutputName: 'evaluation', FilePath: 'evaluation.json' }],
};
const map50 = {
  'Std:JsonGet': { PropertyFile: { Get: 'Steps.Evaluate.PropertyFiles.Report' }, Path: 'metrics.map50.value' },
};
const gate = {
  Name: 'Gate',
  Type: 'Condition',
  Arguments: {
    Conditions: [{ Type: 'GreaterThanOrEqualTo', LeftValue: map50, RightValue: { Get: 'Parameters.MinMap' } }],
    IfSteps: [
      {
        Name: 'Register',
        Type: 'RegisterModel',
        Arguments: {
          ModelPackageGroupName: 'detector',
          ModelApprovalStatus: 'PendingManualApproval',
          CustomerMetadataProperties: { map50 },
          InferenceSpecification: {
            Containers: [
              { Image: image('train'), ModelDataUrl: { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' } },
            ],
            SupportedContentTypes: ['image/jpeg'],
            SupportedResponseMIMETypes: ['application/json'],
          },
        },
      },
    ],
    ElseSteps: [
      {
        Name: 'TooWeak',
        Type: 'Fail',
        Arguments: { ErrorMessage: { 'Std:Join': { On: ' ', Values: ['mAP below', { Get: 'Parameters.MinMap' }] } } },
      },
    ],
  },
};
const definition = (Steps: unknown[]) =>
  JSON.stringify({
    Version: '2020-12-01',
    Parameters: [
      { Name: 'Snapshot', Type: 'String' },
      { Name: 'Epochs', Type: 'Integer', DefaultValue: 3 },
      { Name: 'MinMap', Type: 'Float', DefaultValue: 0.6 },
      { Name: 'Role', Type: 'String', DefaultValue: RoleArn },
    ],
    Steps,
  });

describe('SageMaker Pipelines', () => {
  let aws: TestAws;
  let sagemaker: SageMakerClient;

  beforeAll(async () => {
    aws = await startAws({ images, openRoles: ['pipeline'] });
    sagemaker = aws.client(SageMakerClient);
    await aws.client(S3Client).send(new CreateBucketCommand({ Bucket: 'job-data' }));
    await sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'detector' }));
    await create('chain', [prepare, train, evaluate, gate]);
  });
  afterAll(() => aws.close());

  const create = (PipelineName: string, steps: unknown[]) =>
    sagemaker.send(
      new CreatePipelineCommand({
        PipelineName,
        RoleArn,
        PipelineDefinition: definition(steps),
        ClientRequestToken: 'c'.repeat(32),
      }),
    );
  const start = async (PipelineName: string, parameters: Record<string, string> = {}, ClientRequestToken?: string) => {
    const given = Object.entries({ Snapshot: 'snap', ...parameters }).map(([Name, Value]) => ({ Name, Value }));
    const input = { PipelineName, PipelineParameters: given, ClientRequestToken };
    return (await sagemaker.send(new StartPipelineExecutionCommand(input))).PipelineExecutionArn;
  };
  const look = (PipelineExecutionArn: string | undefined) =>
    sagemaker.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn }));
  const ended = async (arn: string | undefined) => {
    await expect
      .poll(async () => (await look(arn)).PipelineExecutionStatus, { timeout: 20_000 })
      .toMatch(/Succeeded|Failed|Stopped/);
    return look(arn);
  };
  const steps = async (PipelineExecutionArn: string | undefined) => {
    const input = { PipelineExecutionArn, SortOrder: 'Ascending' as const };
    return (await sagemaker.send(new ListPipelineExecutionStepsCommand(input))).PipelineExecutionSteps ?? [];
  };

  it('runs its steps in the order of their references, and registers a model that is good enough', async () => {
    const arn = await start('chain');
    expect(await ended(arn)).toMatchObject({ PipelineExecutionStatus: 'Succeeded' });
    const ran = await steps(arn);
    expect(ran.map(({ StepName, StepStatus }) => `${StepName} ${StepStatus}`)).toEqual([
      'Prepare Succeeded',
      'Train Succeeded',
      'Evaluate Succeeded',
      'Gate Succeeded',
      'Register Succeeded',
    ]);
    expect(ran[3]?.Metadata).toEqual({ Condition: { Outcome: 'True' } });
    const ModelPackageName = ran[4]?.Metadata?.RegisterModel?.Arn;
    expect(ModelPackageName).toBe('arn:aws:sagemaker:eu-west-1:000000000000:model-package/detector/1');
    const trained = ran[1]?.Metadata?.TrainingJob?.Arn?.split('/').at(-1);
    const id = arn?.split('/').at(-1);
    expect(trained).toMatch(new RegExp(`^pipelines-${id}-train-[0-9a-f]{10}$`));
    const registered = await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName }));
    expect(registered).toMatchObject({
      ModelApprovalStatus: 'PendingManualApproval',
      CustomerMetadataProperties: { map50: '0.75' },
      MetadataProperties: { GeneratedBy: arn },
    });
    const url = registered.InferenceSpecification?.Containers?.[0]?.ModelDataUrl;
    expect(url?.toLowerCase()).toBe(`s3://job-data/models/${trained}/output/model.tar.gz`);
    const { PipelineParameters } = await sagemaker.send(
      new ListPipelineParametersForExecutionCommand({ PipelineExecutionArn: arn }),
    );
    expect(PipelineParameters).toContainEqual({ Name: 'MinMap', Value: '0.6' });
  });

  it('fails by the Fail step’s words when the model is too weak', async () => {
    const arn = await start('chain', { MinMap: '0.9' });
    expect(await ended(arn)).toMatchObject({
      PipelineExecutionStatus: 'Failed',
      FailureReason: 'Step failure: One or multiple steps failed.',
    });
    const last = (await steps(arn)).at(-1);
    expect(last).toMatchObject({ StepName: 'TooWeak', StepStatus: 'Failed', FailureReason: 'mAP below 0.9' });
    await expect(
      sagemaker.send(
        new RetryPipelineExecutionCommand({ PipelineExecutionArn: arn, ClientRequestToken: 'r'.repeat(32) }),
      ),
    ).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('ends with the step whose job failed, and retries from there', async () => {
    const arn = await start('chain', { Epochs: '13' });
    expect((await ended(arn)).PipelineExecutionStatus).toBe('Failed');
    const [prepared, failed, ...rest] = await steps(arn);
    expect(rest).toEqual([]);
    expect(failed).toMatchObject({ StepName: 'Train', FailureReason: expect.stringContaining('exit code: 1') });
    await sagemaker.send(
      new RetryPipelineExecutionCommand({ PipelineExecutionArn: arn, ClientRequestToken: 'r'.repeat(32) }),
    );
    await ended(arn);
    const [kept, again] = await steps(arn);
    expect(kept).toEqual(prepared);
    expect(again).toMatchObject({ StepStatus: 'Failed', AttemptCount: 2 });
    expect(again?.Metadata?.TrainingJob?.Arn).not.toBe(failed?.Metadata?.TrainingJob?.Arn);
  });

  it('gives the same execution for the same token, and refuses parameters that don’t fit', async () => {
    const token = 't'.repeat(32);
    const first = await start('chain', {}, token);
    expect(await start('chain', {}, token)).toBe(first);
    await expect(start('chain', { MinMap: 'much' })).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(start('chain', { Nothing: '1' })).rejects.toMatchObject({ name: 'ValidationException' });
    await ended(first);
    const { PipelineExecutionSummaries } = await sagemaker.send(
      new ListPipelineExecutionsCommand({ PipelineName: 'chain', MaxResults: 1 }),
    );
    expect(PipelineExecutionSummaries?.[0]?.PipelineExecutionArn).toBe(first);
  });

  it('takes the result of an equal step that succeeded before, when caching is on', async () => {
    const cached = { ...prepare, CacheConfig: { Enabled: true, ExpireAfter: 'P1D' } };
    const fixed = { ...cached.Arguments, ProcessingOutputConfig: output('train', 's3://job-data/fixed') };
    await create('cached', [{ ...cached, Arguments: fixed }]);
    const first = await start('cached');
    await ended(first);
    const second = await start('cached');
    await ended(second);
    const other = await start('cached', { Snapshot: 'another' });
    await ended(other);
    expect((await steps(second))[0]).toMatchObject({
      StepStatus: 'Succeeded',
      CacheHitResult: { SourcePipelineExecutionArn: first },
    });
    expect((await steps(other))[0]?.CacheHitResult).toBeUndefined();
  });

  it('stops the job that runs, also after a restart', async () => {
    const AppSpecification = { ImageUri: image('endless') };
    await create('slow', [{ ...prepare, Arguments: { ...prepare.Arguments, AppSpecification } }]);
    const arn = await start('slow');
    await expect.poll(async () => (await steps(arn))[0]?.StepStatus, { timeout: 20_000 }).toBe('Executing');
    await aws.restart();
    expect((await steps(arn))[0]?.StepStatus).toBe('Executing');
    await expect(
      sagemaker.send(new DeletePipelineCommand({ PipelineName: 'slow', ClientRequestToken: 'd'.repeat(32) })),
    ).rejects.toMatchObject({ name: 'ConflictException' });
    const input = { PipelineExecutionArn: arn, ClientRequestToken: 's'.repeat(32) };
    await sagemaker.send(new StopPipelineExecutionCommand(input));
    expect((await ended(arn)).PipelineExecutionStatus).toBe('Stopped');
    expect((await steps(arn))[0]?.StepStatus).toBe('Stopped');
  });

  it.each([
    ['a type that doesn’t exist here', [{ ...prepare, Type: 'Transform' }], 'Transform|Invalid option'],
    ['an unknown parameter', [{ ...prepare, Arguments: { X: { Get: 'Parameters.Y' } } }], 'the parameter Y'],
    ['an unknown step', [{ ...prepare, DependsOn: ['Nobody'] }], 'the step Nobody, which does not exist'],
    ['a circle', [{ ...prepare, DependsOn: ['Train'] }, train], 'depend on each other'],
  ])('refuses a definition with %s', async (_what, wrong, message) => {
    await expect(create('wrong', wrong)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    });
  });
});
