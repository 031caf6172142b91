import type { CreateFunctionRequest } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type ResourceContext, type ResourceState, resourceProvider } from '../../kernel/resource-provider.ts';

const count = z.coerce.number().int();

const properties = z.strictObject({
  FunctionName: z.string().optional(),
  Code: z.strictObject({
    S3Bucket: z.string(),
    S3Key: z.string(),
    S3ObjectVersion: z.string().optional(),
  }),
  Handler: z.string(),
  Runtime: z.string(),
  Role: z.string(),
  Description: z.string().optional(),
  MemorySize: count.optional(),
  Timeout: count.optional(),
  Architectures: z
    .array(z.enum(['x86_64', 'arm64']))
    .length(1)
    .optional(),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.coerce.string()).optional() }).optional(),
  EphemeralStorage: z.strictObject({ Size: count }).optional(),
  TracingConfig: z.strictObject({ Mode: z.enum(['Active', 'PassThrough']) }).optional(),
  LoggingConfig: z
    .strictObject({ LogFormat: z.literal('Text').optional(), LogGroup: z.string().optional() })
    .optional(),
  DeadLetterConfig: z.strictObject({ TargetArn: z.string().optional() }).optional(),
  ReservedConcurrentExecutions: count.optional(),
  PackageType: z.literal('Zip').optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
});

type Properties = z.infer<typeof properties>;

/** Every setting, with its default where the template says nothing: an update takes away what was removed. */
function settings(properties: Properties, name: string) {
  return {
    FunctionName: name,
    Handler: properties.Handler,
    // Which runtimes there are, the service says.
    Runtime: properties.Runtime as CreateFunctionRequest['Runtime'],
    Role: properties.Role,
    Description: properties.Description ?? '',
    MemorySize: properties.MemorySize ?? 128,
    Timeout: properties.Timeout ?? 3,
    Environment: { Variables: properties.Environment?.Variables ?? {} },
    EphemeralStorage: properties.EphemeralStorage ?? { Size: 512 },
    TracingConfig: properties.TracingConfig ?? { Mode: 'PassThrough' as const },
    LoggingConfig: { LogGroup: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}` },
    DeadLetterConfig: properties.DeadLetterConfig ?? {},
  };
}

const tagsOf = ({ Tags = [] }: Properties) => Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));

async function reserve(name: string, reserved: number | undefined, { kernel, caller }: ResourceContext): Promise<void> {
  if (reserved === undefined) await kernel.call('lambda', 'DeleteFunctionConcurrency', { FunctionName: name }, caller);
  else
    await kernel.call(
      'lambda',
      'PutFunctionConcurrency',
      { FunctionName: name, ReservedConcurrentExecutions: reserved },
      caller,
    );
}

export const functionResource = resourceProvider<Properties>({
  properties,
  async create(properties, context) {
    const { kernel, caller } = context;
    const name = properties.FunctionName ?? context.physicalName(64);
    const { Architectures, Code } = properties;
    const input = { ...settings(properties, name), Code, Architectures, Tags: tagsOf(properties) };
    const { FunctionArn = '' } = await kernel.call('lambda', 'CreateFunction', input, caller);
    await reserve(name, properties.ReservedConcurrentExecutions, context);
    return { physicalId: name, attributes: { Arn: FunctionArn } };
  },
  async update(state, next, previous, context) {
    const { kernel, caller } = context;
    const FunctionName = state.physicalId;
    const { Architectures = ['x86_64' as const] } = next;
    const same =
      JSON.stringify([next.Code, next.Architectures]) === JSON.stringify([previous.Code, previous.Architectures]);
    if (!same) await kernel.call('lambda', 'UpdateFunctionCode', { FunctionName, ...next.Code, Architectures }, caller);
    await kernel.call('lambda', 'UpdateFunctionConfiguration', settings(next, FunctionName), caller);
    await reserve(FunctionName, next.ReservedConcurrentExecutions, context);
    await retag(state, next, previous, context);
    return state;
  },
  replaces: (next, previous) => next.FunctionName !== previous.FunctionName,
  async delete(state, _properties, { kernel, caller }) {
    try {
      await kernel.call('lambda', 'DeleteFunction', { FunctionName: state.physicalId }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'ResourceNotFoundException')) throw error;
    }
  },
});

async function retag(
  { attributes: { Arn: Resource = '' } }: ResourceState,
  next: Properties,
  previous: Properties,
  { kernel, caller }: ResourceContext,
): Promise<void> {
  const Tags = tagsOf(next);
  const TagKeys = Object.keys(tagsOf(previous)).filter((name) => !Object.hasOwn(Tags, name));
  if (TagKeys.length > 0) await kernel.call('lambda', 'UntagResource', { Resource, TagKeys }, caller);
  if (Object.keys(Tags).length > 0) await kernel.call('lambda', 'TagResource', { Resource, Tags }, caller);
}
