import type { CreateDeploymentRequest } from '@aws-sdk/client-greengrassv2';
import { z } from 'zod';
import { invalid } from './errors.ts';

const per = (least: number, most: number) => z.number().min(least).max(most);
const seconds = z.number().int().nonnegative();

/** What the API's model asks of a deployment's policies and of its job. */
const policies = z.object({
  clientToken: z.string().min(1).max(64).optional(),
  deploymentPolicies: z
    .object({
      failureHandlingPolicy: z.enum(['ROLLBACK', 'DO_NOTHING']).optional(),
      componentUpdatePolicy: z
        .object({
          action: z.enum(['NOTIFY_COMPONENTS', 'SKIP_NOTIFY_COMPONENTS']).optional(),
          timeoutInSeconds: seconds.optional(),
        })
        .optional(),
      configurationValidationPolicy: z.object({ timeoutInSeconds: seconds.optional() }).optional(),
    })
    .optional(),
  iotJobConfiguration: z
    .object({
      jobExecutionsRolloutConfig: z
        .object({
          maximumPerMinute: per(1, 1000).optional(),
          exponentialRate: z
            .object({ baseRatePerMinute: per(1, 1000), incrementFactor: per(1, 5), rateIncreaseCriteria: z.unknown() })
            .optional(),
        })
        .optional(),
      abortConfig: z
        .object({
          criteriaList: z.array(
            z.object({
              failureType: z.enum(['FAILED', 'REJECTED', 'TIMED_OUT', 'ALL']),
              action: z.literal('CANCEL'),
              thresholdPercentage: per(0, 100),
              minNumberOfExecutedThings: z.number().int().min(1),
            }),
          ),
        })
        .optional(),
      timeoutConfig: z.object({ inProgressTimeoutInMinutes: per(1, 10_080).optional() }).optional(),
    })
    .optional(),
});

export function checkPolicies(input: CreateDeploymentRequest): void {
  const { success, error } = policies.safeParse(input);
  if (!success) throw invalid(z.prettifyError(error));
}
