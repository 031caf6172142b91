import { AwsError } from '../../kernel/errors.ts';
import { type ResourceContext, resourceProvider } from '../../kernel/resource-provider.ts';
import { type TableProperties, tableProperties } from './table-properties.ts';

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/**
 * `AWS::DynamoDB::Table` over dynalite. Remembered and told, but without effect: time to live, point-in-time recovery and
 * encryption at rest.
 */
export const tableResource = resourceProvider({
  properties: tableProperties,
  async create(properties, context) {
    const { kernel, caller } = context;
    const TableName = properties.TableName ?? context.physicalName(255);
    const {
      PointInTimeRecoverySpecification: _pitr,
      SSESpecification: _sse,
      TimeToLiveSpecification: _ttl,
      DeletionProtectionEnabled: _protection,
      ...table
    } = properties;
    try {
      await kernel.call('dynamodb', 'CreateTable', { ...table, TableName }, caller);
    } catch (error) {
      // dynalite's store is not ours: the table was made, and a crash came before that was on record.
      if (!(context.repeated && error instanceof AwsError && error.code === 'ResourceInUseException')) throw error;
    }
    const Arn = await active(TableName, context);
    await applySettings(TableName, properties, context);
    return { physicalId: TableName, attributes: { Arn } };
  },
  replaces: (next, previous) =>
    next.TableName !== previous.TableName ||
    !same(next.KeySchema, previous.KeySchema) ||
    !same(next.LocalSecondaryIndexes, previous.LocalSecondaryIndexes),
  async update(state, next, previous, context) {
    const { kernel, caller } = context;
    if (!same(next.GlobalSecondaryIndexes, previous.GlobalSecondaryIndexes))
      throw new AwsError(
        'ValidationException',
        `Table ${state.physicalId}: this endpoint cannot change the global secondary indexes of a table in place. Give the table a new TableName, which replaces it.`,
      );
    if (
      next.BillingMode !== previous.BillingMode ||
      !same(next.ProvisionedThroughput, previous.ProvisionedThroughput)
    ) {
      const { BillingMode, ProvisionedThroughput } = next;
      const TableName = state.physicalId;
      await kernel.call('dynamodb', 'UpdateTable', { TableName, BillingMode, ProvisionedThroughput }, caller);
      await active(TableName, context);
    }
    if (next.Tags && !same(next.Tags, previous.Tags))
      await kernel.call('dynamodb', 'TagResource', { ResourceArn: state.attributes.Arn, Tags: next.Tags }, caller);
    await applySettings(state.physicalId, next, context);
    return state;
  },
  async delete({ physicalId }, properties, { kernel, caller }) {
    if (properties.DeletionProtectionEnabled)
      throw new AwsError(
        'ValidationException',
        `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first: ${physicalId}`,
      );
    try {
      await kernel.call('dynamodb', 'DeleteTable', { TableName: physicalId }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'ResourceNotFoundException')) throw error;
    }
  },
});

async function applySettings(TableName: string, properties: TableProperties, { kernel, caller }: ResourceContext) {
  const { TimeToLiveSpecification: ttl, PointInTimeRecoverySpecification: recovery } = properties;
  if (ttl)
    await kernel.call(
      'dynamodb',
      'UpdateTimeToLive',
      { TableName, TimeToLiveSpecification: { AttributeName: ttl.AttributeName ?? '', Enabled: ttl.Enabled } },
      caller,
    );
  if (recovery)
    await kernel.call(
      'dynamodb',
      'UpdateContinuousBackups',
      {
        TableName,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: recovery.PointInTimeRecoveryEnabled ?? false },
      },
      caller,
    );
}

/** dynalite makes a table active in a timer of its own, even when that is set to no time. */
async function active(TableName: string, { kernel, caller }: ResourceContext): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { Table } = await kernel.call('dynamodb', 'DescribeTable', { TableName }, caller);
    if (Table?.TableStatus === 'ACTIVE') return Table.TableArn ?? '';
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new AwsError('InternalServerError', `Table ${TableName} did not become active.`, { status: 500 });
}
