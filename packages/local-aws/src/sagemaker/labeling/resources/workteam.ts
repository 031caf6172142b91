import { z } from 'zod';
import { AwsError } from '../../../kernel/errors.ts';
import { resourceProvider } from '../../../kernel/resource-provider.ts';

const member = z.strictObject({
  CognitoMemberDefinition: z
    .strictObject({ CognitoUserPool: z.string(), CognitoUserGroup: z.string(), CognitoClientId: z.string() })
    .transform(({ CognitoUserPool, CognitoUserGroup, CognitoClientId }) => ({
      UserPool: CognitoUserPool,
      UserGroup: CognitoUserGroup,
      ClientId: CognitoClientId,
    }))
    .optional(),
  OidcMemberDefinition: z
    .strictObject({ OidcGroups: z.array(z.string()) })
    .transform(({ OidcGroups }) => ({ Groups: OidcGroups }))
    .optional(),
});

const properties = z.strictObject({
  WorkteamName: z.string().optional(),
  Description: z.string().optional(),
  MemberDefinitions: z.array(member).optional(),
  NotificationConfiguration: z.strictObject({ NotificationTopicArn: z.string() }).optional(),
  WorkforceName: z.string().optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
});

/** `AWS::SageMaker::Workteam`: `Ref` gives the ARN. */
export const workteamResource = resourceProvider({
  properties,
  async create({ Tags, ...given }, { kernel, caller, physicalName }) {
    const WorkteamName = given.WorkteamName ?? physicalName(63);
    const Description = given.Description ?? WorkteamName;
    const MemberDefinitions = given.MemberDefinitions ?? [];
    const input = { ...given, WorkteamName, Description, MemberDefinitions, ...(Tags && { Tags }) };
    const { WorkteamArn = '' } = await kernel.call('sagemaker', 'CreateWorkteam', input, caller);
    return { physicalId: WorkteamArn, attributes: { WorkteamName } };
  },
  replaces: (next, previous) => next.WorkteamName !== previous.WorkteamName,
  async update(state, { Tags: _tags, ...next }, _previous, { kernel, caller }) {
    const WorkteamName = state.attributes.WorkteamName ?? '';
    await kernel.call('sagemaker', 'UpdateWorkteam', { ...next, WorkteamName }, caller);
    return state;
  },
  async delete({ attributes }, _given, { kernel, caller }) {
    try {
      await kernel.call('sagemaker', 'DeleteWorkteam', { WorkteamName: attributes.WorkteamName }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.message.includes('does not exist'))) throw error;
    }
  },
});
