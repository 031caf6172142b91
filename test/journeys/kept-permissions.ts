import type { Permission } from './withheld-permissions.ts';

/** Statements that the test's chain doesn't need, with why they are kept. */
export interface Kept {
  /** Whose: what the names of the roles have in common. */
  roles: RegExp;
  /** All actions of the statement, in their order. */
  actions: readonly string[];
  /** What the statement's resources have in common, where another statement of the role has the same actions. */
  resources?: RegExp;
  why: string;
  /** Needed when the stacks were made, before the permissions were taken: "assay doctor" lists it as used. */
  atDeployment?: true;
  /** Needed in some runs, by chance. */
  sometimes?: true;
}

const FUNCTIONS = /lambdaRole$/;
const JOBS = /-training-(prepare|train|evaluate)$/;

export const KEPT: readonly Kept[] = [
  {
    roles: FUNCTIONS,
    actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    why: 'tracing is off in the stage `local`, where there is no X-Ray; on AWS Lambda sends each function’s segments so',
  },
  {
    roles: /-image-intake-local-intake-/,
    actions: ['s3:ListBucket'],
    why: 'without it S3 answers AccessDenied instead of NoSuchKey where an upload was deleted before it was looked at',
  },
  {
    roles: /-labeling-local-(collect|onExecutionStatus|onImagesArrived|publish|release)-/,
    actions: ['s3:PutObject'],
    resources: /:::assay-local-claims-/,
    why: 'a list that is too long for an event (224 KB, some 700 images) goes to the claim bucket',
  },
  {
    roles: /-edge-deployer-local-(rollOut|follow)-/,
    actions: ['greengrass:CancelDeployment'],
    why: 'a rollout that failed on a device is cancelled where no model is left to go back to; here none fails',
  },
  {
    roles: /^assay-local-edge-device$/,
    actions: ['s3:GetBucketLocation'],
    why: 'AWS’s nucleus asks for a bucket’s region before it downloads from it; the laptop’s has one endpoint for all',
  },
  {
    roles: /^assay-local-edge-device$/,
    actions: ['s3:PutObject'],
    why: 'pictures that the inspector was unsure of; whether there are any depends on what ten steps of training made',
    sometimes: true,
  },
  {
    roles: /-label-store-feature-store$/,
    actions: ['s3:GetBucketAcl', 's3:GetBucketLocation', 's3:ListBucket'],
    why: 'CreateFeatureGroup checks with them that the offline store’s bucket is there and the account’s own',
    atDeployment: true,
  },
  {
    roles: /-label-store-feature-store$/,
    actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:CreateTable', 'glue:UpdateTable'],
    why: 'CreateFeatureGroup makes the offline store’s table with them',
    atDeployment: true,
  },
  {
    roles: /-labeling-ground-truth$/,
    actions: ['s3:ListBucket', 's3:GetBucketLocation'],
    why: 'Ground Truth finds out with them where the manifest’s and the images’ buckets are; here all are in one place',
  },
  {
    roles: /-labeling-ground-truth$/,
    actions: ['cloudwatch:PutMetricData'],
    why: 'Ground Truth counts a job’s objects in the namespace `aws/sagemaker/LabelingJobs`; the embedded one keeps no count',
  },
  {
    roles: /-labeling-ground-truth$/,
    actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    why: 'Ground Truth logs what the workers do; the embedded one has the answers only',
  },
  {
    roles: /-labeling-state-machine$/,
    actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
    why: '`.sync` hears of a job’s end by a rule that AWS makes in our name; the embedded one is told of it',
  },
  {
    roles: /-labeling-state-machine$/,
    actions: [
      'logs:CreateLogDelivery',
      'logs:GetLogDelivery',
      'logs:UpdateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:DescribeResourcePolicies',
      'logs:DescribeLogGroups',
    ],
    why: 'CreateStateMachine sets the delivery of the execution log up with them; the embedded one needs no delivery',
  },
  {
    roles: /-labeling-state-machine$/,
    actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
    why: 'executions are traced on AWS; there is no X-Ray on the laptop',
  },
  {
    roles: JOBS,
    actions: ['cloudwatch:PutMetricData'],
    why: 'SageMaker puts the load of a job’s machine there; the laptop is no machine of the job’s own',
  },
  {
    roles: JOBS,
    actions: ['ecr:GetAuthorizationToken'],
    why: 'SageMaker pulls the job’s image in the name of the role; on the laptop a container is a process',
  },
  {
    roles: JOBS,
    actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    why: 'the same: the layers of the image',
  },
  {
    roles: /-training-pipeline$/,
    actions: ['sagemaker:AddTags'],
    why: 'Pipelines tags the jobs and packages that it makes with the execution they are of; the embedded one does not',
  },
  {
    roles: /-training-pipeline$/,
    actions: ['s3:ListBucket'],
    why: 'without it S3 answers AccessDenied instead of NoSuchKey where a step has left no property file',
  },
];

/** The reasons to keep a statement. */
export function keptBecause({ role, actions, text }: Permission): Kept[] {
  const resources = JSON.stringify(JSON.parse(text).Resource);
  return KEPT.filter(
    (kept) =>
      kept.roles.test(role) && kept.actions.join() === actions.join() && (kept.resources?.test(resources) ?? true),
  );
}
