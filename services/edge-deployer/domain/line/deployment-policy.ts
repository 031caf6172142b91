/**
 * How a rollout treats the devices. A component may ask to finish the part under the camera before it is replaced; a
 * device that does not come up with the new model undoes it by itself.
 */
export const deploymentPolicies = {
  failureHandlingPolicy: 'ROLLBACK',
  componentUpdatePolicy: { action: 'NOTIFY_COMPONENTS', timeoutInSeconds: 60 },
} as const;

/**
 * How it spreads: slowly at first, faster with each success, and no further when a fifth of at least five devices
 * failed. A device that has begun and is not done after half an hour counts as failed; one that is away is waited for.
 */
export const jobConfiguration = {
  jobExecutionsRolloutConfig: {
    exponentialRate: {
      baseRatePerMinute: 10,
      incrementFactor: 2,
      rateIncreaseCriteria: { numberOfSucceededThings: 5 },
    },
    maximumPerMinute: 200,
  },
  abortConfig: {
    criteriaList: [
      { failureType: 'FAILED', action: 'CANCEL', thresholdPercentage: 20, minNumberOfExecutedThings: 5 },
      { failureType: 'TIMED_OUT', action: 'CANCEL', thresholdPercentage: 20, minNumberOfExecutedThings: 5 },
    ],
  },
  timeoutConfig: { inProgressTimeoutInMinutes: 30 },
} as const;
