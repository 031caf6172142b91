import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { trainingPipeline } from './training-pipeline.ts';

const executionArn = 'arn:aws:sagemaker:eu-west-1:000000000000:pipeline/assay-local-training/execution/a1b2c3d4e5f6';
const packageArn = 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/7';

/** A SageMaker that gives each operation's answer, and the pipeline in front of it. */
function scene(answers: Record<string, object>, map50?: number) {
  const asked: Record<string, object> = {};
  const sageMaker = new SageMakerClient({ region: 'eu-west-1' });
  sageMaker.middlewareStack.add(
    (_next, context) => async (args) => {
      const operation = String(context.commandName).replace('Command', '');
      asked[operation] = args.input;
      const answer = answers[operation];
      if (answer instanceof Error) throw answer;
      return { response: undefined, output: { $metadata: {}, ...answer } } as never;
    },
    { step: 'initialize', priority: 'low' },
  );
  const read: string[] = [];
  const pipeline = trainingPipeline({
    sageMaker,
    pipelineName: 'assay-local-training',
    bucket: 'training',
    readMap50: async (uri) => {
      read.push(uri);
      return map50;
    },
  });
  return { pipeline, asked, read };
}

describe('the training pipeline', () => {
  it('is started on the labels of an instant, under the token', async () => {
    const { pipeline, asked } = scene({ StartPipelineExecution: { PipelineExecutionArn: executionArn } });
    const source = {
      catalog: 'AwsDataCatalog',
      database: 'assay_local_labels',
      table: 'labels',
      workGroup: 'assay-local-labels',
      queryOutput: 's3://labels/query-results/',
    };
    const training = {
      token: 'f'.repeat(64),
      reason: 'requested',
      asOf: '2026-03-04T10:12:00.000Z',
      approvedLabels: 3,
      storedRecords: 5,
    } as const;
    expect(await pipeline.start(training, source)).toBe(executionArn);
    expect(asked.StartPipelineExecution).toEqual({
      PipelineName: 'assay-local-training',
      PipelineExecutionDisplayName: 'requested-2026-03-04T10-12-00-000Z',
      ClientRequestToken: 'f'.repeat(64),
      PipelineParameters: [
        { Name: 'AsOf', Value: '2026-03-04T10:12:00.000Z' },
        { Name: 'StoredRecords', Value: '5' },
        { Name: 'Catalog', Value: 'AwsDataCatalog' },
        { Name: 'Database', Value: 'assay_local_labels' },
        { Name: 'Table', Value: 'labels' },
        { Name: 'WorkGroup', Value: 'assay-local-labels' },
        { Name: 'QueryOutput', Value: 's3://labels/query-results/' },
      ],
    });
  });

  it('ends with a registered model', async () => {
    const metadata = {
      pipelineExecutionArn: executionArn,
      snapshotUri: 's3://training/runs/a1b2c3d4e5f6/snapshot/snapshot.json',
      snapshotSha256: 'c'.repeat(64),
      imageCount: '212',
      map50: '0.8412',
      evaluationUri: 's3://training/runs/a1b2c3d4e5f6/evaluation/evaluation.json',
      reportUri: 's3://training/runs/a1b2c3d4e5f6/evaluation/report.html',
    };
    const { pipeline } = scene({
      DescribePipelineExecution: { PipelineExecutionStatus: 'Succeeded' },
      ListPipelineExecutionSteps: {
        PipelineExecutionSteps: [
          { StepName: 'Train', StepStatus: 'Succeeded' },
          { StepName: 'RegisterModel', StepStatus: 'Succeeded', Metadata: { RegisterModel: { Arn: packageArn } } },
        ],
      },
      DescribeModelPackage: {
        InferenceSpecification: { Containers: [{ ModelDataUrl: 's3://training/models/1/output/model.tar.gz' }] },
        CustomerMetadataProperties: metadata,
      },
    });
    expect(await pipeline.outcome(executionArn)).toEqual({
      kind: 'trained',
      data: {
        ...metadata,
        modelPackageArn: packageArn,
        modelUri: 's3://training/models/1/output/model.tar.gz',
        imageCount: 212,
        map50: 0.8412,
      },
    });
  });

  it('ends with a model that is gone, which no trying again brings back', async () => {
    const step = {
      StepName: 'RegisterModel',
      StepStatus: 'Succeeded',
      Metadata: { RegisterModel: { Arn: packageArn } },
    };
    const { pipeline } = scene({
      DescribePipelineExecution: { PipelineExecutionStatus: 'Succeeded' },
      ListPipelineExecutionSteps: { PipelineExecutionSteps: [step] },
      DescribeModelPackage: Object.assign(new Error('it does not exist'), { name: 'ValidationException' }),
    });
    await expect(pipeline.outcome(executionArn)).rejects.toMatchObject({ code: 'package-gone', retryable: false });
  });

  it('ends without one, with the reason and the figures, when the gate stays shut', async () => {
    const reason = 'The model is not good enough: mAP50 0.4100';
    const { pipeline, read } = scene(
      {
        DescribePipelineExecution: { PipelineExecutionStatus: 'Failed', FailureReason: 'a step failed' },
        ListPipelineExecutionSteps: {
          PipelineExecutionSteps: [
            { StepName: 'Evaluate', StepStatus: 'Succeeded' },
            { StepName: 'RejectModel', StepStatus: 'Failed', Metadata: { Fail: { ErrorMessage: reason } } },
          ],
        },
      },
      0.41,
    );
    expect(await pipeline.outcome(executionArn)).toEqual({
      kind: 'failed',
      data: {
        pipelineExecutionArn: executionArn,
        step: 'RejectModel',
        reason,
        map50: 0.41,
        evaluationUri: 's3://training/runs/a1b2c3d4e5f6/evaluation/evaluation.json',
        reportUri: 's3://training/runs/a1b2c3d4e5f6/evaluation/report.html',
      },
    });
    expect(read).toEqual(['s3://training/runs/a1b2c3d4e5f6/evaluation/evaluation.json']);
  });

  it.each([
    ['Failed', { StepName: 'Train', StepStatus: 'Failed', FailureReason: 'out of memory' }, 'Train', 'out of memory'],
    ['Stopped', { StepName: 'Train', StepStatus: 'Stopped' }, undefined, 'Somebody stopped the training.'],
    ['Succeeded', { StepName: 'Train', StepStatus: 'Succeeded' }, undefined, 'without registering a model'],
  ])('tells why when it %s before there was anything to measure', async (status, step, name, reason) => {
    const { pipeline } = scene({
      DescribePipelineExecution: { PipelineExecutionStatus: status },
      ListPipelineExecutionSteps: { PipelineExecutionSteps: [step] },
    });
    const { kind, data } = await pipeline.outcome(executionArn);
    expect({ kind, data }).toEqual({
      kind: 'failed',
      data: {
        pipelineExecutionArn: executionArn,
        ...(name && { step: name }),
        reason: expect.stringContaining(reason),
      },
    });
  });
});
