import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { resourceProvider } from '../../kernel/resource-provider.ts';

/** `AWS::Glue::Database`. */
export const databaseResource = resourceProvider({
  properties: z.strictObject({
    CatalogId: z.string(),
    DatabaseInput: z.strictObject({
      Name: z.string().optional(),
      Description: z.string().optional(),
      LocationUri: z.string().optional(),
      Parameters: z.record(z.string(), z.string()).optional(),
    }),
  }),
  async create({ DatabaseInput }, { kernel, caller, physicalName }) {
    const Name = (DatabaseInput.Name ?? physicalName(255)).toLowerCase();
    await kernel.call('glue', 'CreateDatabase', { DatabaseInput: { ...DatabaseInput, Name } }, caller);
    return { physicalId: Name, attributes: {} };
  },
  replaces: (next, previous) => next.DatabaseInput.Name !== previous.DatabaseInput.Name,
  async update(state, { DatabaseInput }, _previous, { kernel, caller }) {
    const Name = state.physicalId;
    await kernel.call('glue', 'UpdateDatabase', { Name, DatabaseInput: { ...DatabaseInput, Name } }, caller);
    return state;
  },
  async delete({ physicalId }, _properties, { kernel, caller }) {
    try {
      await kernel.call('glue', 'DeleteDatabase', { Name: physicalId }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'EntityNotFoundException')) throw error;
    }
  },
});
