import type { Expression, Value } from './expressions.ts';

/** The parts of SageMaker's pipeline definition schema 2020-12-01 that this pipeline uses. */
export type Step = ProcessingStep | TrainingStep | ConditionStep | RegisterModelStep | FailStep;

export interface Parameter {
  readonly Name: string;
  readonly Type: 'String' | 'Integer' | 'Float';
  readonly DefaultValue?: string | number;
  /** Others are refused when an execution is started. */
  readonly EnumValues?: readonly string[];
}

export interface ConditionStep {
  readonly Name: string;
  readonly Type: 'Condition';
  readonly Arguments: {
    readonly Conditions: readonly {
      readonly Type: 'Equals';
      readonly LeftValue: Value;
      readonly RightValue: Value;
    }[];
    readonly IfSteps: readonly Step[];
    readonly ElseSteps: readonly Step[];
  };
}

export interface RegisterModelStep {
  readonly Name: string;
  readonly Type: 'RegisterModel';
  readonly Arguments: object;
}

export interface FailStep {
  readonly Name: string;
  readonly Type: 'Fail';
  readonly Arguments: { readonly ErrorMessage: Value };
}

export interface ProcessingStep {
  readonly Name: string;
  readonly Type: 'Processing';
  readonly Arguments: object;
  readonly PropertyFiles: readonly { PropertyFileName: string; OutputName: string; FilePath: string }[];
  readonly RetryPolicies: readonly RetryPolicy[];
}

export interface TrainingStep {
  readonly Name: string;
  readonly Type: 'Training';
  readonly Arguments: object;
  readonly RetryPolicies: readonly RetryPolicy[];
}

interface RetryPolicy {
  readonly ExceptionType: readonly string[];
  readonly IntervalSeconds: number;
  readonly BackoffRate: number;
  readonly MaxAttempts: number;
}

/** For what AWS has too little of at the moment. A container that fails isn't run again: it would fail again. */
const RETRY_POLICIES: readonly RetryPolicy[] = [
  {
    ExceptionType: ['SageMaker.CAPACITY_ERROR', 'SageMaker.JOB_INTERNAL_ERROR'],
    IntervalSeconds: 60,
    BackoffRate: 2,
    MaxAttempts: 5,
  },
];
const PROCESSING_FOLDER = '/opt/ml/processing';
const VOLUME_GIGABYTES = 30;

export interface ProcessingOptions {
  readonly name: string;
  readonly image: Value;
  readonly role: string;
  readonly instanceType: Value;
  readonly environment?: Readonly<Record<string, Value>>;
  readonly maxRuntimeSeconds: number;
  /** Where each input comes from, by its name; it is found in `input/<name>`. */
  readonly inputs?: Readonly<Record<string, Value>>;
  /** Where each output goes to, by its name; what is left in `output/<name>` is uploaded at the end. */
  readonly outputs: Readonly<Record<string, Value>>;
  readonly propertyFiles: ProcessingStep['PropertyFiles'];
}

export function processingStep(options: ProcessingOptions): ProcessingStep {
  const { name, image, role, instanceType, environment = {}, inputs = {}, outputs } = options;
  return {
    Name: name,
    Type: 'Processing',
    Arguments: {
      ProcessingResources: {
        ClusterConfig: { InstanceCount: 1, InstanceType: instanceType, VolumeSizeInGB: VOLUME_GIGABYTES },
      },
      AppSpecification: { ImageUri: image },
      RoleArn: role,
      Environment: environment,
      StoppingCondition: { MaxRuntimeInSeconds: options.maxRuntimeSeconds },
      ProcessingInputs: Object.entries(inputs).map(([InputName, S3Uri]) => ({
        InputName,
        S3Input: {
          S3Uri,
          LocalPath: `${PROCESSING_FOLDER}/input/${InputName}`,
          S3DataType: 'S3Prefix',
          S3InputMode: 'File',
        },
      })),
      ProcessingOutputConfig: {
        Outputs: Object.entries(outputs).map(([OutputName, S3Uri]) => ({
          OutputName,
          S3Output: { S3Uri, LocalPath: `${PROCESSING_FOLDER}/output/${OutputName}`, S3UploadMode: 'EndOfJob' },
        })),
      },
    },
    PropertyFiles: options.propertyFiles,
    RetryPolicies: RETRY_POLICIES,
  };
}

export interface TrainingOptions {
  readonly name: string;
  readonly image: Value;
  readonly role: string;
  readonly instanceType: Value;
  readonly hyperparameters: Readonly<Record<string, Value>>;
  /** Where each channel comes from, by its name. */
  readonly channels: Readonly<Record<string, Expression>>;
  readonly output: Value;
  readonly checkpoints: Value;
  readonly maxRuntimeSeconds: number;
  /** How long to wait for spot capacity besides; undefined: it runs on demand. */
  readonly spotWaitSeconds: number | undefined;
  /** Figures to read off the log, by name. */
  readonly metrics: Readonly<Record<string, string>>;
}

export function trainingStep(options: TrainingOptions): TrainingStep {
  const { name, image, role, instanceType, hyperparameters, channels, output, checkpoints } = options;
  const { maxRuntimeSeconds, spotWaitSeconds } = options;
  return {
    Name: name,
    Type: 'Training',
    Arguments: {
      AlgorithmSpecification: {
        TrainingImage: image,
        TrainingInputMode: 'File',
        MetricDefinitions: Object.entries(options.metrics).map(([Name, Regex]) => ({ Name, Regex })),
      },
      HyperParameters: hyperparameters,
      InputDataConfig: Object.entries(channels).map(([ChannelName, S3Uri]) => ({
        ChannelName,
        DataSource: {
          S3DataSource: { S3DataType: 'S3Prefix', S3Uri, S3DataDistributionType: 'FullyReplicated' },
        },
      })),
      OutputDataConfig: { S3OutputPath: output },
      CheckpointConfig: { S3Uri: checkpoints },
      ResourceConfig: { InstanceCount: 1, InstanceType: instanceType, VolumeSizeInGB: VOLUME_GIGABYTES },
      ...(spotWaitSeconds !== undefined && { EnableManagedSpotTraining: true }),
      StoppingCondition: {
        MaxRuntimeInSeconds: maxRuntimeSeconds,
        ...(spotWaitSeconds !== undefined && { MaxWaitTimeInSeconds: maxRuntimeSeconds + spotWaitSeconds }),
      },
      RoleArn: role,
    },
    RetryPolicies: RETRY_POLICIES,
  };
}
