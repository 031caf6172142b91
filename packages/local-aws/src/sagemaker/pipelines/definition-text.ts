import type { PipelineDefinitionS3Location } from '@aws-sdk/client-sagemaker';
import type { Caller } from '../../kernel/caller.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { checkLength } from '../limits.ts';

/** A pipeline's definition: as given, or as it lies in S3. */
export async function definitionText(
  kernel: Kernel,
  input: {
    PipelineDefinition?: string | undefined;
    PipelineDefinitionS3Location?: PipelineDefinitionS3Location | undefined;
  },
  caller: Caller,
): Promise<string> {
  const text = input.PipelineDefinition ?? (await stored(kernel, input.PipelineDefinitionS3Location, caller));
  checkLength('pipelineDefinition', text, LONGEST, 1);
  return text;
}

/** 1 MiB. */
const LONGEST = 1_048_576;

async function stored(
  kernel: Kernel,
  location: PipelineDefinitionS3Location | undefined,
  caller: Caller,
): Promise<string> {
  const { Bucket, ObjectKey, VersionId } = location ?? {};
  if (Bucket === undefined || ObjectKey === undefined)
    throw new AwsError(
      'ValidationException',
      'One of PipelineDefinition and PipelineDefinitionS3Location must be provided.',
    );
  const object = { Bucket, Key: ObjectKey, ...(VersionId !== undefined && { VersionId }) };
  const { Body } = await kernel.call('s3', 'GetObject', object, caller);
  return (await Body?.transformToString()) ?? '';
}
