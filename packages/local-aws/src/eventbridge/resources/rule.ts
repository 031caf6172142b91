import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type ResourceContext, type ResourceState, resourceProvider } from '../../kernel/resource-provider.ts';

const target = z.strictObject({
  Id: z.string(),
  Arn: z.string(),
  RoleArn: z.string().optional(),
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  InputTransformer: z
    .strictObject({ InputPathsMap: z.record(z.string(), z.string()).optional(), InputTemplate: z.string() })
    .optional(),
  RetryPolicy: z
    .strictObject({
      MaximumRetryAttempts: z.coerce.number().int().optional(),
      MaximumEventAgeInSeconds: z.coerce.number().int().optional(),
    })
    .optional(),
  DeadLetterConfig: z.strictObject({ Arn: z.string().optional() }).optional(),
});

const properties = z.strictObject({
  Name: z.string().optional(),
  Description: z.string().optional(),
  EventBusName: z.string().optional(),
  EventPattern: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED']).optional(),
  RoleArn: z.string().optional(),
  Targets: z.array(target).optional(),
});

type Properties = z.infer<typeof properties>;

async function put(name: string, properties: Properties, { kernel, caller }: ResourceContext): Promise<ResourceState> {
  const { EventBusName, EventPattern, Description, ScheduleExpression, State, RoleArn, Targets = [] } = properties;
  const pattern = typeof EventPattern === 'object' ? JSON.stringify(EventPattern) : EventPattern;
  const { RuleArn = '' } = await kernel.call(
    'eventbridge',
    'PutRule',
    { Name: name, EventBusName, EventPattern: pattern, Description, ScheduleExpression, State, RoleArn },
    caller,
  );
  if (Targets.length > 0) await kernel.call('eventbridge', 'PutTargets', { Rule: name, EventBusName, Targets }, caller);
  // As CloudFormation shows them: a rule of another bus than the default one is named with its bus.
  const physicalId = RuleArn.slice(RuleArn.indexOf(':rule/') + ':rule/'.length).replace('/', '|');
  return { physicalId, attributes: { Arn: RuleArn } };
}

const nameOf = (state: ResourceState): string => state.physicalId.split('|').at(-1) ?? '';

async function removeTargets(
  name: string,
  bus: string | undefined,
  ids: string[],
  { kernel, caller }: ResourceContext,
) {
  if (ids.length > 0)
    await kernel.call('eventbridge', 'RemoveTargets', { Rule: name, EventBusName: bus, Ids: ids }, caller);
}

export const ruleResource = resourceProvider<Properties>({
  properties,
  async create(properties, context) {
    const { kernel, caller } = context;
    const name = properties.Name ?? context.physicalName(64);
    const existing = await kernel.call(
      'eventbridge',
      'ListRules',
      { NamePrefix: name, EventBusName: properties.EventBusName },
      caller,
    );
    if (existing.Rules?.some(({ Name }) => Name === name))
      throw new AwsError(
        'AlreadyExistsException',
        `Resource of type 'AWS::Events::Rule' with identifier '${name}' already exists.`,
      );
    return put(name, properties, context);
  },
  async update(state, next, previous, context) {
    const kept = new Set(next.Targets?.map(({ Id }) => Id));
    const gone = (previous.Targets ?? []).map(({ Id }) => Id).filter((id) => !kept.has(id));
    await removeTargets(nameOf(state), next.EventBusName, gone, context);
    return put(nameOf(state), next, context);
  },
  replaces: (next, previous) => next.Name !== previous.Name || next.EventBusName !== previous.EventBusName,
  async delete(state, properties, context) {
    const { kernel, caller } = context;
    const { EventBusName } = properties;
    const Name = nameOf(state);
    try {
      const { Targets = [] } = await kernel.call(
        'eventbridge',
        'ListTargetsByRule',
        { Rule: Name, EventBusName },
        caller,
      );
      await removeTargets(
        Name,
        EventBusName,
        Targets.map(({ Id = '' }) => Id),
        context,
      );
      await kernel.call('eventbridge', 'DeleteRule', { Name, EventBusName }, caller);
    } catch (error) {
      // The rule, or its bus with it, is gone already.
      if (!(error instanceof AwsError && error.code === 'ResourceNotFoundException')) throw error;
    }
  },
});
