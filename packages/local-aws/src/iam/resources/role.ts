import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { type ResourceContext, resourceProvider } from '../../kernel/resource-provider.ts';

/** A policy in a template is JSON itself, or text that is JSON. */
export const policyDocument = z.union([z.string(), z.record(z.string(), z.unknown())]);

export const policyText = (document: z.infer<typeof policyDocument>) =>
  typeof document === 'string' ? document : JSON.stringify(document);

const properties = z.strictObject({
  RoleName: z.string().optional(),
  Path: z.string().optional(),
  Description: z.string().optional(),
  AssumeRolePolicyDocument: policyDocument,
  MaxSessionDuration: z.coerce.number().int().min(3600).max(43_200).optional(),
  ManagedPolicyArns: z.array(z.string()).optional(),
  Policies: z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: policyDocument })).optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.coerce.string() })).optional(),
});

type Properties = z.infer<typeof properties>;

/** `AWS::IAM::Role`. `Ref` is the name; attributes `Arn`, `RoleId`. */
export const roleResource = resourceProvider<Properties>({
  properties,
  async create(next, context) {
    const RoleName = next.RoleName ?? context.physicalName(64);
    await context.kernel.call('iam', 'CreateRole', describe(RoleName, next), context.caller);
    await putPolicies(context, RoleName, next, undefined);
    return state(context, RoleName);
  },
  replaces: (next, previous) => next.RoleName !== previous.RoleName || next.Path !== previous.Path,
  async update(current, next, previous, context) {
    const RoleName = current.physicalId;
    const { kernel, caller } = context;
    const PolicyDocument = policyText(next.AssumeRolePolicyDocument);
    await kernel.call('iam', 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument }, caller);
    await kernel.call(
      'iam',
      'UpdateRole',
      { RoleName, Description: next.Description ?? '', MaxSessionDuration: next.MaxSessionDuration ?? 3600 },
      caller,
    );
    await kernel.call('iam', 'TagRole', { RoleName, Tags: next.Tags ?? [] }, caller);
    const gone = (previous.Tags ?? []).filter((tag) => !next.Tags?.some(({ Key }) => Key === tag.Key));
    if (gone.length > 0)
      await kernel.call('iam', 'UntagRole', { RoleName, TagKeys: gone.map(({ Key }) => Key) }, caller);
    await putPolicies(context, RoleName, next, previous);
    return state(context, RoleName);
  },
  async delete({ physicalId: RoleName }, _properties, { kernel, caller }) {
    try {
      const { PolicyNames = [] } = await kernel.call('iam', 'ListRolePolicies', { RoleName }, caller);
      for (const PolicyName of PolicyNames)
        await kernel.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName }, caller);
      const { AttachedPolicies = [] } = await kernel.call('iam', 'ListAttachedRolePolicies', { RoleName }, caller);
      for (const { PolicyArn } of AttachedPolicies)
        await kernel.call('iam', 'DetachRolePolicy', { RoleName, PolicyArn }, caller);
      await kernel.call('iam', 'DeleteRole', { RoleName }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'NoSuchEntityException')) throw error;
    }
  },
});

function describe(RoleName: string, properties: Properties) {
  return {
    RoleName,
    Path: properties.Path,
    AssumeRolePolicyDocument: policyText(properties.AssumeRolePolicyDocument),
    Description: properties.Description,
    MaxSessionDuration: properties.MaxSessionDuration,
    Tags: properties.Tags,
  };
}

async function putPolicies(
  { kernel, caller }: ResourceContext,
  RoleName: string,
  next: Properties,
  previous: Properties | undefined,
): Promise<void> {
  const policies = next.Policies ?? [];
  for (const { PolicyName, PolicyDocument } of policies)
    await kernel.call(
      'iam',
      'PutRolePolicy',
      { RoleName, PolicyName, PolicyDocument: policyText(PolicyDocument) },
      caller,
    );
  for (const { PolicyName } of previous?.Policies ?? [])
    if (!policies.some((policy) => policy.PolicyName === PolicyName))
      await kernel.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName }, caller);
  const managed = next.ManagedPolicyArns ?? [];
  for (const PolicyArn of managed) await kernel.call('iam', 'AttachRolePolicy', { RoleName, PolicyArn }, caller);
  for (const PolicyArn of previous?.ManagedPolicyArns ?? [])
    if (!managed.includes(PolicyArn)) await kernel.call('iam', 'DetachRolePolicy', { RoleName, PolicyArn }, caller);
}

async function state({ kernel, caller }: { kernel: Kernel; caller: ResourceContext['caller'] }, RoleName: string) {
  const { Role } = await kernel.call('iam', 'GetRole', { RoleName }, caller);
  return { physicalId: RoleName, attributes: { Arn: Role?.Arn ?? '', RoleId: Role?.RoleId ?? '' } };
}
