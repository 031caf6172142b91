import type { LifecycleRule } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type ResourceContext, resourceProvider } from '../../kernel/resource-provider.ts';

/** Values that went through `Fn::Sub` or a parameter are text. */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
const days = z.coerce.number().int().positive();

const lifecycleRule = z.strictObject({
  Id: z.string().optional(),
  Status: z.enum(['Enabled', 'Disabled']),
  Prefix: z.string().optional(),
  ExpirationInDays: days.optional(),
  NoncurrentVersionExpiration: z.strictObject({ NoncurrentDays: days }).optional(),
  AbortIncompleteMultipartUpload: z.strictObject({ DaysAfterInitiation: days }).optional(),
});

const properties = z.strictObject({
  BucketName: z.string().optional(),
  BucketEncryption: z
    .strictObject({
      ServerSideEncryptionConfiguration: z.array(
        z.strictObject({
          ServerSideEncryptionByDefault: z
            .strictObject({ SSEAlgorithm: z.enum(['AES256', 'aws:kms']), KMSMasterKeyID: z.string().optional() })
            .optional(),
          BucketKeyEnabled: flag.optional(),
        }),
      ),
    })
    .optional(),
  PublicAccessBlockConfiguration: z
    .strictObject({
      BlockPublicAcls: flag.optional(),
      BlockPublicPolicy: flag.optional(),
      IgnorePublicAcls: flag.optional(),
      RestrictPublicBuckets: flag.optional(),
    })
    .optional(),
  LifecycleConfiguration: z.strictObject({ Rules: z.array(lifecycleRule).min(1) }).optional(),
  NotificationConfiguration: z
    .strictObject({ EventBridgeConfiguration: z.strictObject({ EventBridgeEnabled: flag.default(true) }).optional() })
    .optional(),
  VersioningConfiguration: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  OwnershipControls: z
    .strictObject({
      Rules: z.array(
        z.strictObject({
          ObjectOwnership: z.enum(['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter']),
        }),
      ),
    })
    .optional(),
  CorsConfiguration: z
    .strictObject({
      CorsRules: z.array(
        z.strictObject({
          Id: z.string().optional(),
          AllowedMethods: z.array(z.enum(['GET', 'PUT', 'HEAD', 'POST', 'DELETE'])),
          AllowedOrigins: z.array(z.string()),
          AllowedHeaders: z.array(z.string()).optional(),
          ExposedHeaders: z.array(z.string()).optional(),
          MaxAge: z.coerce.number().int().optional(),
        }),
      ),
    })
    .optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.coerce.string() })).optional(),
});

type Properties = z.infer<typeof properties>;

/** `AWS::S3::Bucket`. `Ref` is the name. */
export const bucketResource = resourceProvider<Properties>({
  properties,
  async create(next, context) {
    const { kernel, caller } = context;
    const Bucket = next.BucketName ?? context.physicalName(63, true);
    const LocationConstraint = kernel.region as 'eu-west-1';
    await kernel.call('s3', 'CreateBucket', { Bucket, CreateBucketConfiguration: { LocationConstraint } }, caller);
    await configure(Bucket, next, context);
    return {
      physicalId: Bucket,
      attributes: {
        Arn: kernel.arn('s3', Bucket, 'global'),
        DomainName: `${Bucket}.s3.amazonaws.com`,
        RegionalDomainName: `${Bucket}.s3.${kernel.region}.amazonaws.com`,
      },
    };
  },
  replaces: (next, previous) => next.BucketName !== previous.BucketName,
  async update(state, next, _previous, context) {
    await configure(state.physicalId, next, context);
    return state;
  },
  async delete({ physicalId: Bucket }, _properties, { kernel, caller }) {
    try {
      await kernel.call('s3', 'DeleteBucket', { Bucket }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'NoSuchBucket')) throw error;
    }
  },
});

/** Sets everything that the template says, and back to its default what it doesn't. */
async function configure(Bucket: string, next: Properties, { kernel, caller }: ResourceContext): Promise<void> {
  const rules = next.BucketEncryption?.ServerSideEncryptionConfiguration.map((rule) => ({
    ApplyServerSideEncryptionByDefault: rule.ServerSideEncryptionByDefault,
    BucketKeyEnabled: rule.BucketKeyEnabled ?? false,
  }));
  const ServerSideEncryptionConfiguration = {
    Rules: rules ?? [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }],
  };
  await kernel.call('s3', 'PutBucketEncryption', { Bucket, ServerSideEncryptionConfiguration }, caller);
  const PublicAccessBlockConfiguration = next.PublicAccessBlockConfiguration ?? {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  };
  await kernel.call('s3', 'PutPublicAccessBlock', { Bucket, PublicAccessBlockConfiguration }, caller);
  const eventBridge = next.NotificationConfiguration?.EventBridgeConfiguration?.EventBridgeEnabled;
  const NotificationConfiguration = eventBridge ? { EventBridgeConfiguration: {} } : {};
  await kernel.call('s3', 'PutBucketNotificationConfiguration', { Bucket, NotificationConfiguration }, caller);
  if (next.LifecycleConfiguration) {
    const Rules = next.LifecycleConfiguration.Rules.map(lifecycle);
    const LifecycleConfiguration = { Rules };
    await kernel.call('s3', 'PutBucketLifecycleConfiguration', { Bucket, LifecycleConfiguration }, caller);
  } else await kernel.call('s3', 'DeleteBucketLifecycle', { Bucket }, caller);
  if (next.CorsConfiguration) {
    const CORSRules = next.CorsConfiguration.CorsRules.map(({ Id, ExposedHeaders, MaxAge, ...rule }) => ({
      ...rule,
      ID: Id,
      ExposeHeaders: ExposedHeaders,
      MaxAgeSeconds: MaxAge,
    }));
    await kernel.call('s3', 'PutBucketCors', { Bucket, CORSConfiguration: { CORSRules } }, caller);
  } else await kernel.call('s3', 'DeleteBucketCors', { Bucket }, caller);
  const { VersioningConfiguration, OwnershipControls } = next;
  if (VersioningConfiguration)
    await kernel.call('s3', 'PutBucketVersioning', { Bucket, VersioningConfiguration }, caller);
  if (OwnershipControls) await kernel.call('s3', 'PutBucketOwnershipControls', { Bucket, OwnershipControls }, caller);
  await kernel.call('s3', 'PutBucketTagging', { Bucket, Tagging: { TagSet: next.Tags ?? [] } }, caller);
}

/** The template's names for what the API calls otherwise. */
function lifecycle(rule: z.infer<typeof lifecycleRule>): LifecycleRule {
  return {
    ID: rule.Id,
    Status: rule.Status,
    Filter: { Prefix: rule.Prefix ?? '' },
    ...(rule.ExpirationInDays === undefined ? {} : { Expiration: { Days: rule.ExpirationInDays } }),
    NoncurrentVersionExpiration: rule.NoncurrentVersionExpiration,
    AbortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload,
  };
}
