import { z } from 'zod';
import { resourceProvider } from '../../kernel/resource-provider.ts';

const properties = z.strictObject({
  ThingGroupName: z.string().optional(),
  ThingGroupProperties: z
    .strictObject({
      ThingGroupDescription: z.string().optional(),
      AttributePayload: z.strictObject({ Attributes: z.record(z.string(), z.string()).optional() }).optional(),
    })
    .optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
});
type Properties = z.infer<typeof properties>;

const settingsOf = ({ ThingGroupProperties: given }: Properties) =>
  given && {
    thingGroupDescription: given.ThingGroupDescription,
    attributePayload: given.AttributePayload && { attributes: given.AttributePayload.Attributes },
  };

export const thingGroupResource = resourceProvider<Properties>({
  properties,
  async create(given, context) {
    const thingGroupName = given.ThingGroupName ?? context.physicalName(128);
    const { thingGroupArn = '', thingGroupId = '' } = await context.kernel.call(
      'iot',
      'CreateThingGroup',
      { thingGroupName, thingGroupProperties: settingsOf(given) },
      context.caller,
    );
    return { physicalId: thingGroupName, attributes: { Arn: thingGroupArn, Id: thingGroupId } };
  },
  replaces: (next, previous) => next.ThingGroupName !== previous.ThingGroupName,
  async update(state, next, _previous, { kernel, caller }) {
    const input = { thingGroupName: state.physicalId, thingGroupProperties: settingsOf(next) ?? {} };
    await kernel.call('iot', 'UpdateThingGroup', input, caller);
    return state;
  },
  async delete(state, _properties, { kernel, caller }) {
    await kernel.call('iot', 'DeleteThingGroup', { thingGroupName: state.physicalId }, caller);
  },
});
