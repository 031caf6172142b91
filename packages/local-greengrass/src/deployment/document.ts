import { z } from 'zod';

/** The job document of a deployment, as Greengrass puts it into the IoT job. */
export const deploymentDocumentSchema = z.object({
  deploymentId: z.string(),
  /** `arn:aws:greengrass:<region>:<account>:configuration:thinggroup/<name>:<revision>`. */
  configurationArn: z.string(),
  components: z.record(
    z.string(),
    z.object({
      version: z.string(),
      configurationUpdate: z
        .object({
          reset: z.array(z.string()).optional(),
          merge: z.record(z.string(), z.unknown()).optional(),
        })
        .optional(),
    }),
  ),
  /** Milliseconds since the epoch. */
  creationTimestamp: z.number(),
  failureHandlingPolicy: z.enum(['ROLLBACK', 'DO_NOTHING']).default('ROLLBACK'),
  componentUpdatePolicy: z
    .object({
      /** Seconds. */
      timeout: z.number().default(60),
      action: z.enum(['NOTIFY_COMPONENTS', 'SKIP_NOTIFY_COMPONENTS']).default('NOTIFY_COMPONENTS'),
    })
    .default({ timeout: 60, action: 'NOTIFY_COMPONENTS' }),
  requiredCapabilities: z.array(z.string()).default([]),
});
export type DeploymentDocument = z.infer<typeof deploymentDocumentSchema>;

/** The deployment's target: its configuration without the revision. */
export const targetOf = (document: DeploymentDocument): string => document.configurationArn.replace(/:[^:]*$/, '');
