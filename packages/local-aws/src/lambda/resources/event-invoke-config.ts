import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type ResourceContext, resourceProvider } from '../../kernel/resource-provider.ts';

const destination = z.strictObject({ Destination: z.string() }).optional();

const properties = z.strictObject({
  FunctionName: z.string(),
  Qualifier: z.string(),
  DestinationConfig: z.strictObject({ OnSuccess: destination, OnFailure: destination }).optional(),
  MaximumEventAgeInSeconds: z.coerce.number().int().optional(),
  MaximumRetryAttempts: z.coerce.number().int().optional(),
});

type Properties = z.infer<typeof properties>;

const put = (properties: Properties, { kernel, caller }: ResourceContext) =>
  kernel.call('lambda', 'PutFunctionEventInvokeConfig', properties, caller);

export const eventInvokeConfigResource = resourceProvider<Properties>({
  properties,
  async create(properties, context) {
    await put(properties, context);
    return { physicalId: `${properties.FunctionName}|${properties.Qualifier}`, attributes: {} };
  },
  async update(state, next, _previous, context) {
    await put(next, context);
    return state;
  },
  replaces: (next, previous) => next.FunctionName !== previous.FunctionName || next.Qualifier !== previous.Qualifier,
  async delete(_state, { FunctionName, Qualifier }, { kernel, caller }) {
    try {
      await kernel.call('lambda', 'DeleteFunctionEventInvokeConfig', { FunctionName, Qualifier }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'ResourceNotFoundException')) throw error;
    }
  },
});
