import { PermanentError } from '@assay/lambda-kit';
import {
  DescribeModelPackageCommand,
  DescribePipelineExecutionCommand,
  paginateListPipelineExecutionSteps,
  type SageMakerClient,
  StartPipelineExecutionCommand,
} from '@aws-sdk/client-sagemaker';
import { z } from 'zod';
import type { TrainingPipeline } from '../domain/ports.ts';
import { runLocations } from '../domain/run-locations.ts';
import type { LabelSource, Training } from '../domain/training.ts';
import { failureOf, type StepSummary, type TrainingOutcome } from '../domain/training-outcome.ts';

export interface TrainingPipelineOptions {
  readonly sageMaker: SageMakerClient;
  readonly pipelineName: string;
  /** The training bucket. */
  readonly bucket: string;
  /** mAP50 out of an evaluation; undefined when there is none. */
  readonly readMap50: (evaluationUri: string) => Promise<number | undefined>;
}

const RUNNING = ['Executing', 'Stopping'];

/** What SageMaker answers for what isn't there, as the operation may be. */
const MISSING = ['ResourceNotFound', 'ValidationException'];

/** What the pipeline's step RegisterModel writes into a package's metadata, all text. */
const packageMetadata = z.object({
  snapshotUri: z.string(),
  snapshotSha256: z.string(),
  imageCount: z.coerce.number().int(),
  map50: z.coerce.number(),
  /** Packages of former versions say nothing of it. */
  gate: z.string().optional(),
  evaluationUri: z.string(),
  reportUri: z.string(),
});

/** The SageMaker pipeline of the stack. */
export function trainingPipeline(options: TrainingPipelineOptions): TrainingPipeline {
  const { sageMaker, pipelineName } = options;
  const describe = (PipelineExecutionArn: string) =>
    sageMaker.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn }));
  return {
    async start(training, source) {
      const { PipelineExecutionArn } = await sageMaker.send(
        new StartPipelineExecutionCommand({
          PipelineName: pipelineName,
          PipelineExecutionDisplayName: displayName(training),
          PipelineParameters: parametersOf(training, source),
          ClientRequestToken: training.token,
        }),
      );
      if (PipelineExecutionArn === undefined)
        throw new Error(`${pipelineName} was started without naming the execution`);
      return PipelineExecutionArn;
    },
    async isRunning(executionArn) {
      const { PipelineExecutionStatus } = await describe(executionArn);
      return RUNNING.includes(PipelineExecutionStatus ?? '');
    },
    async outcome(executionArn) {
      const { PipelineExecutionStatus = 'unknown', FailureReason } = await describe(executionArn);
      const steps = await listSteps(sageMaker, executionArn);
      const modelPackageArn = steps.find((step) => step.modelPackageArn !== undefined)?.modelPackageArn;
      if (PipelineExecutionStatus === 'Succeeded' && modelPackageArn !== undefined) {
        return trainedOutcome(sageMaker, executionArn, modelPackageArn);
      }
      const { evaluationUri, reportUri } = runLocations(options.bucket, executionArn);
      const map50 = await options.readMap50(evaluationUri);
      return {
        kind: 'failed',
        data: {
          pipelineExecutionArn: executionArn,
          ...failureOf(PipelineExecutionStatus, steps, FailureReason),
          ...(map50 !== undefined && { evaluationUri, reportUri, map50 }),
        },
      };
    },
  };
}

/** At most 82 characters, letters, digits and hyphens. */
function displayName({ reason, asOf }: Training): string {
  return `${reason}-${asOf.replace(/[^0-9TZ]/g, '-')}`;
}

function parametersOf({ asOf, storedRecords }: Training, source: LabelSource) {
  const values = {
    AsOf: asOf,
    StoredRecords: String(storedRecords),
    Catalog: source.catalog,
    Database: source.database,
    Table: source.table,
    WorkGroup: source.workGroup,
    QueryOutput: source.queryOutput,
  };
  return Object.entries(values).map(([Name, Value]) => ({ Name, Value }));
}

async function listSteps(client: SageMakerClient, PipelineExecutionArn: string): Promise<StepSummary[]> {
  const steps: StepSummary[] = [];
  for await (const page of paginateListPipelineExecutionSteps({ client }, { PipelineExecutionArn })) {
    for (const { StepName = '', StepStatus = '', FailureReason, Metadata } of page.PipelineExecutionSteps ?? []) {
      steps.push({
        name: StepName,
        status: StepStatus,
        failureReason: Metadata?.Fail?.ErrorMessage ?? FailureReason,
        modelPackageArn: Metadata?.RegisterModel?.Arn,
      });
    }
  }
  return steps;
}

async function trainedOutcome(
  sageMaker: SageMakerClient,
  pipelineExecutionArn: string,
  modelPackageArn: string,
): Promise<TrainingOutcome> {
  // The API takes a versioned package's ARN in this member.
  const model = await sageMaker
    .send(new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }))
    .catch((cause: Error) => {
      if (!MISSING.includes(cause.name)) throw cause;
      throw new PermanentError(
        'package-gone',
        `${modelPackageArn} isn't there any more (${cause.message}). Train again.`,
        {
          cause,
        },
      );
    });
  const modelUri = model.InferenceSpecification?.Containers?.[0]?.ModelDataUrl;
  const metadata = packageMetadata.safeParse(model.CustomerMetadataProperties);
  if (modelUri === undefined || !metadata.success) {
    throw new PermanentError(
      'package-incomplete',
      `${modelPackageArn} doesn't say where its model is or what it was trained on. Packages are registered by the ` +
        "pipeline's step RegisterModel; deploy the training service again and train again.",
      { cause: metadata.error },
    );
  }
  return { kind: 'trained', data: { pipelineExecutionArn, modelPackageArn, modelUri, ...metadata.data } };
}
