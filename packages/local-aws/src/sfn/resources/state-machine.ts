import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type ResourceContext, type ResourceState, resourceProvider } from '../../kernel/resource-provider.ts';

const properties = z.strictObject({
  StateMachineName: z.string().optional(),
  StateMachineType: z.literal('STANDARD').optional(),
  RoleArn: z.string(),
  DefinitionString: z.string().optional(),
  Definition: z.record(z.string(), z.json()).optional(),
  DefinitionSubstitutions: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
    .optional(),
  LoggingConfiguration: z
    .strictObject({
      Level: z.enum(['ALL', 'ERROR', 'FATAL', 'OFF']).optional(),
      IncludeExecutionData: z.union([z.boolean(), z.stringbool()]).optional(),
      Destinations: z
        .array(z.strictObject({ CloudWatchLogsLogGroup: z.strictObject({ LogGroupArn: z.string() }) }))
        .optional(),
    })
    .optional(),
  TracingConfiguration: z.strictObject({ Enabled: z.union([z.boolean(), z.stringbool()]).optional() }).optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
});

type Properties = z.output<typeof properties>;

export const stateMachineProvider = resourceProvider<Properties>({
  properties,
  async create(given, context) {
    const name = given.StateMachineName ?? context.physicalName(80);
    const { stateMachineArn = '' } = await context.kernel.call(
      'sfn',
      'CreateStateMachine',
      {
        name,
        type: 'STANDARD',
        tags: given.Tags?.map(({ Key, Value }) => ({ key: Key, value: Value })),
        ...configuration(given),
      },
      context.caller,
    );
    return stateOf(stateMachineArn, context);
  },
  async update(state, next, previous, context) {
    const { kernel, caller } = context;
    await kernel.call(
      'sfn',
      'UpdateStateMachine',
      { stateMachineArn: state.physicalId, ...configuration(next) },
      caller,
    );
    const resourceArn = state.physicalId;
    const kept = new Set(next.Tags?.map(({ Key }) => Key));
    const gone = (previous.Tags ?? []).map(({ Key }) => Key).filter((key) => !kept.has(key));
    if (gone.length > 0) await kernel.call('sfn', 'UntagResource', { resourceArn, tagKeys: gone }, caller);
    const tags = next.Tags?.map(({ Key, Value }) => ({ key: Key, value: Value })) ?? [];
    if (tags.length > 0) await kernel.call('sfn', 'TagResource', { resourceArn, tags }, caller);
    return stateOf(state.physicalId, context);
  },
  replaces: (next, previous) => next.StateMachineName !== previous.StateMachineName,
  async delete(state, _given, { kernel, caller }) {
    await kernel.call('sfn', 'DeleteStateMachine', { stateMachineArn: state.physicalId }, caller);
  },
});

function configuration(given: Properties) {
  const { LoggingConfiguration: logging, TracingConfiguration: tracing } = given;
  return {
    definition: definitionOf(given),
    roleArn: given.RoleArn,
    loggingConfiguration: {
      level: logging?.Level ?? 'OFF',
      includeExecutionData: logging?.IncludeExecutionData ?? false,
      destinations: logging?.Destinations?.map(({ CloudWatchLogsLogGroup }) => ({
        cloudWatchLogsLogGroup: { logGroupArn: CloudWatchLogsLogGroup.LogGroupArn },
      })),
    },
    tracingConfiguration: { enabled: tracing?.Enabled ?? false },
  };
}

/** `${name}` in the definition stands for the substitution of that name. */
function definitionOf({ DefinitionString, Definition, DefinitionSubstitutions = {} }: Properties): string {
  if ((DefinitionString === undefined) === (Definition === undefined))
    throw new AwsError('InvalidRequest', 'A state machine needs either DefinitionString or Definition, not both.');
  const text = DefinitionString ?? JSON.stringify(Definition);
  return text.replace(/\$\{([^!}][^}]*)\}/g, (whole, name: string) => DefinitionSubstitutions[name] ?? whole);
}

async function stateOf(arn: string, { kernel, caller }: ResourceContext): Promise<ResourceState> {
  const machine = await kernel.call('sfn', 'DescribeStateMachine', { stateMachineArn: arn }, caller);
  return {
    physicalId: arn,
    attributes: { Arn: arn, Name: machine.name ?? '', StateMachineRevisionId: machine.revisionId ?? '' },
  };
}
