import { z } from 'zod';
import { resourceProvider } from '../../kernel/resource-provider.ts';
import { whetherGone } from './gone.ts';

const properties = z.strictObject({
  RoleAlias: z.string().optional(),
  RoleArn: z.string(),
  CredentialDurationSeconds: z.coerce.number().int().min(900).max(43_200).optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
});
type Properties = z.infer<typeof properties>;

export const roleAliasResource = resourceProvider<Properties>({
  properties,
  async create(given, context) {
    const roleAlias = given.RoleAlias ?? context.physicalName(128);
    const { roleAliasArn = '' } = await context.kernel.call(
      'iot',
      'CreateRoleAlias',
      { roleAlias, roleArn: given.RoleArn, credentialDurationSeconds: given.CredentialDurationSeconds },
      context.caller,
    );
    return { physicalId: roleAlias, attributes: { RoleAliasArn: roleAliasArn } };
  },
  replaces: (next, previous) => next.RoleAlias !== previous.RoleAlias,
  async update(state, next, _previous, { kernel, caller }) {
    const { RoleArn: roleArn, CredentialDurationSeconds: credentialDurationSeconds = 3600 } = next;
    await kernel.call(
      'iot',
      'UpdateRoleAlias',
      { roleAlias: state.physicalId, roleArn, credentialDurationSeconds },
      caller,
    );
    return state;
  },
  async delete(state, _properties, { kernel, caller }) {
    await whetherGone(kernel.call('iot', 'DeleteRoleAlias', { roleAlias: state.physicalId }, caller));
  },
});
