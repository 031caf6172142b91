import { type Need, passRole } from '../kernel/authorization/permission.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';
import type { SageMakerState } from './service.ts';

const PRINCIPAL = 'sagemaker.amazonaws.com';

/** Resources are named by name or ARN; ARNs hold names in lower case, however they are given. */
const resource = (kernel: Kernel, type: string, nameOrArn: string | undefined) =>
  (nameOrArn?.startsWith('arn:') ? nameOrArn : kernel.arn('sagemaker', `${type}/${nameOrArn}`)).toLowerCase();

/** The member of the input that names the resource. */
const named =
  <Member extends string>(type: string, member: Member) =>
  (input: { [M in Member]?: string | undefined }, kernel: Kernel) =>
    resource(kernel, type, input[member]);

const trainingJob = named('training-job', 'TrainingJobName');
const processingJob = named('processing-job', 'ProcessingJobName');
const labelingJob = named('labeling-job', 'LabelingJobName');
const pipeline = named('pipeline', 'PipelineName');
const execution = ({ PipelineExecutionArn }: { PipelineExecutionArn?: string | undefined }) =>
  PipelineExecutionArn ?? '*';
const featureGroup = named('feature-group', 'FeatureGroupName');
const packageGroup = named('model-package-group', 'ModelPackageGroupName');
const modelPackage = named('model-package', 'ModelPackageName');
const tagged = ({ ResourceArn }: { ResourceArn?: string | undefined }) => ResourceArn ?? '*';

const workteam = ({ WorkteamName }: { WorkteamName?: string | undefined }, kernel: Kernel) =>
  kernel.arn('sagemaker', `workteam/private-crowd/${WorkteamName}`);

/** Tags given at creation need the same permission as tags added later. */
const tagging = (arn: string, Tags: readonly unknown[] | undefined): Need[] =>
  Tags?.length ? [{ action: 'sagemaker:AddTags', resource: arn }] : [];

/** What creates something that then works with a role. */
const withRole =
  <Input>(arnOf: (input: Input, kernel: Kernel) => string) =>
  (input: Input & { RoleArn?: string | undefined; Tags?: readonly unknown[] | undefined }, kernel: Kernel) => {
    const arn = arnOf(input, kernel);
    return [arn, ...passRole(input.RoleArn, PRINCIPAL), ...tagging(arn, input.Tags)];
  };

export const sagemakerAuthorization: ServiceAuthorization<'sagemaker', SageMakerState> = {
  prefix: 'sagemaker',
  permissions: {
    AddTags: tagged,
    DeleteTags: tagged,
    ListTags: tagged,

    CreateFeatureGroup: withRole(featureGroup),
    DeleteFeatureGroup: featureGroup,
    DescribeFeatureGroup: featureGroup,
    ListFeatureGroups: () => '*',
    UpdateFeatureGroup: featureGroup,

    CreateProcessingJob: withRole(processingJob),
    CreateTrainingJob: withRole(trainingJob),
    DescribeProcessingJob: processingJob,
    DescribeTrainingJob: trainingJob,
    ListProcessingJobs: () => '*',
    ListTrainingJobs: () => '*',
    StopProcessingJob: processingJob,
    StopTrainingJob: trainingJob,

    CreatePipeline: withRole(pipeline),
    DeletePipeline: pipeline,
    DescribePipeline: pipeline,
    DescribePipelineDefinitionForExecution: execution,
    DescribePipelineExecution: execution,
    ListPipelineExecutionSteps: execution,
    ListPipelineExecutions: pipeline,
    ListPipelineParametersForExecution: execution,
    ListPipelines: () => '*',
    RetryPipelineExecution: execution,
    StartPipelineExecution: pipeline,
    StopPipelineExecution: execution,
    UpdatePipeline: (input, kernel) => [pipeline(input, kernel), ...passRole(input.RoleArn, PRINCIPAL)],

    CreateModelPackage: ({ ModelPackageGroupName, Tags }, kernel) => {
      const group = resource(kernel, 'model-package-group', ModelPackageGroupName);
      // Its version is not known yet.
      const version = `${group.replace(':model-package-group/', ':model-package/')}/*`;
      return [group, version, ...tagging(version, Tags)];
    },
    CreateModelPackageGroup: packageGroup,
    DeleteModelPackage: modelPackage,
    DeleteModelPackageGroup: packageGroup,
    DescribeModelPackage: modelPackage,
    DescribeModelPackageGroup: packageGroup,
    ListModelPackageGroups: () => '*',
    ListModelPackages: () => '*',
    UpdateModelPackage: named('model-package', 'ModelPackageArn'),

    CreateLabelingJob: (input, kernel) => {
      const arn = labelingJob(input, kernel);
      const context = { 'sagemaker:WorkteamArn': input.HumanTaskConfig?.WorkteamArn ?? '' };
      return [
        { action: 'sagemaker:CreateLabelingJob', resource: arn, context },
        ...passRole(input.RoleArn, PRINCIPAL),
        ...tagging(arn, input.Tags),
      ];
    },
    CreateWorkteam: workteam,
    DeleteWorkteam: workteam,
    DescribeLabelingJob: labelingJob,
    DescribeWorkteam: workteam,
    ListLabelingJobs: () => '*',
    ListWorkteams: () => '*',
    StopLabelingJob: labelingJob,
    UpdateWorkteam: workteam,
  },
};
