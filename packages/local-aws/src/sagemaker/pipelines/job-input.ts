import type {
  CreateModelPackageInput,
  CreateProcessingJobRequest,
  CreateTrainingJobRequest,
} from '@aws-sdk/client-sagemaker';
import { z } from 'zod';
import { StepFailure } from './step-failure.ts';

/** Members whose values are text whatever the type of the parameter that they come from. */
const texts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));

const role = z.string().regex(/^arn:[^:]+:iam::\d{12}:role\//);

/**
 * What each operation needs of a step's arguments: the members without which a job cannot begin, the others pass as they
 * are (the operations check what they use).
 */
const inputs = {
  CreateProcessingJob: z.looseObject({
    ProcessingJobName: z.string(),
    RoleArn: role,
    AppSpecification: z.looseObject({ ImageUri: z.string() }),
    ProcessingResources: z.looseObject({}),
    Environment: texts.optional(),
  }),
  CreateTrainingJob: z.looseObject({
    TrainingJobName: z.string(),
    RoleArn: role,
    AlgorithmSpecification: z.looseObject({ TrainingImage: z.string() }),
    OutputDataConfig: z.looseObject({ S3OutputPath: z.string() }),
    HyperParameters: texts.optional(),
    Environment: texts.optional(),
  }),
  CreateModelPackage: z.looseObject({
    ModelPackageGroupName: z.string(),
    InferenceSpecification: z.looseObject({}),
    CustomerMetadataProperties: texts.optional(),
  }),
};

interface Inputs {
  CreateProcessingJob: CreateProcessingJobRequest;
  CreateTrainingJob: CreateTrainingJobRequest;
  CreateModelPackage: CreateModelPackageInput;
}

/** A step's resolved arguments as the input of the operation that the step stands for. */
export function createInput<O extends keyof Inputs>(operation: O, resolved: Record<string, unknown>): Inputs[O] {
  const parsed = inputs[operation].safeParse(resolved);
  if (!parsed.success)
    throw new StepFailure(`ClientError: The arguments don't fit ${operation}: ${z.prettifyError(parsed.error)}`);
  // The members that matter are parsed above; the rest of the body is JSON of the author's, as it is on AWS.
  return parsed.data as unknown as Inputs[O];
}
