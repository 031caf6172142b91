import { z } from 'zod';

/** CloudFormation accepts numbers and booleans as text. */
const count = z.coerce.number().int().positive();
const flag = z.union([z.boolean(), z.stringbool()]);

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) })).min(1);
const projection = z.strictObject({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']).optional(),
  NonKeyAttributes: z.array(z.string()).optional(),
});
const throughput = z.strictObject({ ReadCapacityUnits: count, WriteCapacityUnits: count });

/** The properties of `AWS::DynamoDB::Table` that exist here. */
export const tableProperties = z.strictObject({
  TableName: z.string().min(3).max(255).optional(),
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  KeySchema: keySchema,
  BillingMode: z.enum(['PROVISIONED', 'PAY_PER_REQUEST']).optional(),
  ProvisionedThroughput: throughput.optional(),
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: projection,
        ProvisionedThroughput: throughput.optional(),
      }),
    )
    .optional(),
  LocalSecondaryIndexes: z
    .array(z.strictObject({ IndexName: z.string(), KeySchema: keySchema, Projection: projection }))
    .optional(),
  PointInTimeRecoverySpecification: z.strictObject({ PointInTimeRecoveryEnabled: flag.optional() }).optional(),
  SSESpecification: z.strictObject({ SSEEnabled: flag, SSEType: z.string().optional() }).optional(),
  TimeToLiveSpecification: z.strictObject({ AttributeName: z.string().optional(), Enabled: flag }).optional(),
  DeletionProtectionEnabled: flag.optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
});

export type TableProperties = z.infer<typeof tableProperties>;
