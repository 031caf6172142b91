import { z } from 'zod';
import type { Operations } from '../kernel/service.ts';
import { inside } from './inside.ts';
import type { DynamoState } from './state.ts';

const requireTable = (TableName: string, state: DynamoState) =>
  inside(state, (dynamo) => dynamo.describeTable({ TableName }));

const backups = (pointInTimeRecovery = false) => ({
  ContinuousBackupsDescription: {
    ContinuousBackupsStatus: 'ENABLED' as const,
    PointInTimeRecoveryDescription: {
      PointInTimeRecoveryStatus: pointInTimeRecovery ? ('ENABLED' as const) : ('DISABLED' as const),
    },
  },
});

/**
 * The settings that dynalite doesn't have are remembered and told, no more: items whose time to live has passed stay (on
 * AWS they may stay for days), and there are no backups to restore.
 */
export const settingOperations = {
  async UpdateTimeToLive({ TableName = '', TimeToLiveSpecification }, _request, state) {
    await requireTable(TableName, state);
    const { AttributeName = '', Enabled = false } = TimeToLiveSpecification ?? {};
    state.settings.put(TableName, { ...state.settings.get(TableName), timeToLive: { AttributeName, Enabled } });
    return { TimeToLiveSpecification };
  },
  async DescribeTimeToLive({ TableName = '' }, _request, state) {
    await requireTable(TableName, state);
    const ttl = state.settings.get(TableName)?.timeToLive;
    return {
      TimeToLiveDescription: ttl?.Enabled
        ? { TimeToLiveStatus: 'ENABLED', AttributeName: ttl.AttributeName }
        : { TimeToLiveStatus: 'DISABLED' },
    };
  },
  async UpdateContinuousBackups({ TableName = '', PointInTimeRecoverySpecification }, _request, state) {
    await requireTable(TableName, state);
    const pointInTimeRecovery = PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled ?? false;
    state.settings.put(TableName, { ...state.settings.get(TableName), pointInTimeRecovery });
    return backups(pointInTimeRecovery);
  },
  async DescribeContinuousBackups({ TableName = '' }, _request, state) {
    await requireTable(TableName, state);
    return backups(state.settings.get(TableName)?.pointInTimeRecovery);
  },
} satisfies Operations<'dynamodb', DynamoState>;

/** What these operations accept over HTTP, where dynalite doesn't check it. */
export const settingInputs = {
  UpdateTimeToLive: z.object({
    TableName: z.string(),
    TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: z.boolean() }),
  }),
  DescribeTimeToLive: z.object({ TableName: z.string() }),
  UpdateContinuousBackups: z.object({
    TableName: z.string(),
    PointInTimeRecoverySpecification: z.object({ PointInTimeRecoveryEnabled: z.boolean() }),
  }),
  DescribeContinuousBackups: z.object({ TableName: z.string() }),
};
