import type { CreateLabelingJobRequest } from '@aws-sdk/client-sagemaker';
import { AwsError, notImplemented } from '../../kernel/errors.ts';
import { builtInFunction, builtInKind } from './built-in-functions.ts';
import type { TaskKind } from './job.ts';
import { PUBLIC_TEAM } from './teams.ts';

export const invalid = (message: string) => new AwsError('ValidationException', message);

const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/;

/** The prices of bounding-box tasks in USD; other image tasks have a table of their own, which isn't checked. */
const BOX_PRICES = [0.036, 0.048, 0.06, 0.072, 0.12, 0.24, 0.36, 0.48, 0.6, 0.72, 0.84, 0.96, 1.08, 1.2];

const LONGEST_AVAILABILITY = { public: 12 * 3600, private: 30 * 86_400 };

/** Checks what the schema can't say of CreateLabelingJob's input, and tells the task type. Throws AWS's error. */
export function checkRequest(request: CreateLabelingJobRequest, team: string, region: string): TaskKind {
  const name = request.LabelingJobName ?? '';
  pattern('labelingJobName', name, NAME, 63);
  const kind = checkFunctions(request, region);
  checkAttribute(request.LabelAttributeName ?? '');
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(request.RoleArn ?? ''))
    throw invalid(`Value '${request.RoleArn}' at 'roleArn' failed to satisfy constraint: it must be the ARN of a role`);
  checkLocations(request);
  checkTask(request, kind);
  checkCrowd(request, team, kind);
  const stop = request.StoppingConditions;
  range('maxPercentageOfInputDatasetLabeled', stop?.MaxPercentageOfInputDatasetLabeled, 1, 100);
  range('maxHumanLabeledObjectCount', stop?.MaxHumanLabeledObjectCount, 1, Number.MAX_SAFE_INTEGER);
  return kind;
}

function checkFunctions(
  { HumanTaskConfig: task, LabelingJobAlgorithmsConfig }: CreateLabelingJobRequest,
  region: string,
): TaskKind {
  if (LabelingJobAlgorithmsConfig) throw notImplemented('automated data labeling (LabelingJobAlgorithmsConfig)');
  const before = task?.PreHumanTaskLambdaArn;
  const kind = builtInKind(before, 'PRE', region);
  if (!kind)
    throw notImplemented(
      `the pre-annotation function ${before} (here are ${builtInFunction('BoundingBox', 'PRE', region)} and …PRE-VerificationBoundingBox)`,
    );
  const after = task?.AnnotationConsolidationConfig?.AnnotationConsolidationLambdaArn;
  if (builtInKind(after, 'ACS', region) !== kind)
    throw invalid(
      `The annotation consolidation function ${after} does not belong to ${before}: use ${builtInFunction(kind, 'ACS', region)}`,
    );
  return kind;
}

function checkAttribute(name: string): void {
  pattern('labelAttributeName', name, NAME, 127);
  if (name.endsWith('-metadata') || name.endsWith('-ref') || name === 'source')
    throw invalid(
      `LabelAttributeName ${name} is not allowed: it may not be "source" or end with "-metadata" or, for this task type, "-ref"`,
    );
}

function checkLocations({
  InputConfig,
  OutputConfig,
  LabelCategoryConfigS3Uri,
  HumanTaskConfig,
}: CreateLabelingJobRequest): void {
  const manifest = InputConfig?.DataSource?.S3DataSource?.ManifestS3Uri;
  if (manifest === undefined)
    throw notImplemented('a streaming labeling job (a data source other than a manifest in S3)');
  location('inputConfig.dataSource.s3DataSource.manifestS3Uri', manifest);
  location('outputConfig.s3OutputPath', OutputConfig?.S3OutputPath);
  location('labelCategoryConfigS3Uri', LabelCategoryConfigS3Uri);
  location('humanTaskConfig.uiConfig.uiTemplateS3Uri', HumanTaskConfig?.UiConfig?.UiTemplateS3Uri);
}

function checkTask({ HumanTaskConfig: task }: CreateLabelingJobRequest, kind: TaskKind): void {
  text('taskTitle', task?.TaskTitle, 128);
  text('taskDescription', task?.TaskDescription, 255);
  if ((task?.TaskKeywords?.length ?? 1) < 1 || (task?.TaskKeywords?.length ?? 0) > 5)
    throw invalid("Value at 'taskKeywords' failed to satisfy constraint: Member must have between 1 and 5 items");
  for (const keyword of task?.TaskKeywords ?? []) text('taskKeywords', keyword, 30);
  range('numberOfHumanWorkersPerDataObject', task?.NumberOfHumanWorkersPerDataObject, 1, 9);
  range(`taskTimeLimitInSeconds (${kind})`, task?.TaskTimeLimitInSeconds, 30, 28_800);
  range('maxConcurrentTaskCount', task?.MaxConcurrentTaskCount, 1, 5000);
}

function checkCrowd(
  { HumanTaskConfig: task, InputConfig }: CreateLabelingJobRequest,
  team: string,
  kind: TaskKind,
): void {
  const price = task?.PublicWorkforceTaskPrice?.AmountInUsd;
  const crowd = team === PUBLIC_TEAM ? 'public' : 'private';
  range('taskAvailabilityLifetimeInSeconds', task?.TaskAvailabilityLifetimeInSeconds, 60, LONGEST_AVAILABILITY[crowd]);
  if (crowd === 'private') {
    if (price) throw invalid('PublicWorkforceTaskPrice may only be given for the public workforce');
    return;
  }
  if (!price) throw invalid('PublicWorkforceTaskPrice is required for the public workforce');
  const usd = (price.Dollars ?? 0) + (price.Cents ?? 0) / 100 + (price.TenthFractionsOfACent ?? 0) / 1000;
  if (kind === 'BoundingBox' && !BOX_PRICES.some((allowed) => Math.abs(allowed - usd) < 1e-9))
    throw invalid(
      `The price of ${usd.toFixed(3)} USD is not one of those for a bounding box task: ${BOX_PRICES.join(', ')}`,
    );
  if (!InputConfig?.DataAttributes?.ContentClassifiers?.includes('FreeOfPersonallyIdentifiableInformation'))
    throw invalid('ContentClassifiers must include FreeOfPersonallyIdentifiableInformation for the public workforce');
}

function pattern(field: string, value: string, expected: RegExp, longest: number): void {
  if (!expected.test(value) || value.length > longest)
    throw invalid(
      `Value '${value}' at '${field}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${expected.source} and have at most ${longest} characters`,
    );
}

function text(field: string, value: string | undefined, longest: number): void {
  if (!value || value.length > longest)
    throw invalid(`Value at '${field}' failed to satisfy constraint: Member must have length between 1 and ${longest}`);
}

function range(field: string, value: number | undefined, least: number, most: number): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= most))
    throw invalid(
      `Value '${value}' at '${field}' failed to satisfy constraint: Member must have a value between ${least} and ${most}`,
    );
}

function location(field: string, uri: string | undefined): void {
  if (!/^s3:\/\/[^/]+\/?.*$/.test(uri ?? ''))
    throw invalid(
      `Value '${uri}' at '${field}' failed to satisfy constraint: it must be a location in S3, s3://bucket/key`,
    );
}
