import type { EventDraft } from '../history.ts';
import { type Failure, told } from '../interpreter/failure.ts';
import { type Integration, resourceNames } from './integration.ts';

interface Scheduled {
  input: string;
  region: string;
  timeoutInSeconds: number | undefined;
  heartbeatInSeconds: number | undefined;
}

/** The history's events of a task: a function named by its ARN has events of its own kind. */
export function taskEvents(resource: string, integration: Integration) {
  const details = { truncated: false };
  if (integration.kind === 'function')
    return {
      /** As messages name the task. */
      name: resource,
      scheduled: ({ input, timeoutInSeconds }: Scheduled): EventDraft[] => [
        {
          type: 'LambdaFunctionScheduled',
          lambdaFunctionScheduledEventDetails: { resource, input, inputDetails: details, timeoutInSeconds },
        },
        { type: 'LambdaFunctionStarted' },
      ],
      submitted: undefined,
      succeeded: (output: string): EventDraft => ({
        type: 'LambdaFunctionSucceeded',
        lambdaFunctionSucceededEventDetails: { output, outputDetails: details },
      }),
      failed: (failure: Failure): EventDraft => ({
        type: 'LambdaFunctionFailed',
        lambdaFunctionFailedEventDetails: told(failure),
      }),
      timedOut: (failure: Failure): EventDraft => ({
        type: 'LambdaFunctionTimedOut',
        lambdaFunctionTimedOutEventDetails: told(failure),
      }),
    };
  const names = resourceNames(resource);
  return {
    name: names.resourceType,
    scheduled: ({ input, region, timeoutInSeconds, heartbeatInSeconds }: Scheduled): EventDraft[] => [
      {
        type: 'TaskScheduled',
        taskScheduledEventDetails: { ...names, region, parameters: input, timeoutInSeconds, heartbeatInSeconds },
      },
      { type: 'TaskStarted', taskStartedEventDetails: names },
    ],
    submitted: (output: string): EventDraft => ({
      type: 'TaskSubmitted',
      taskSubmittedEventDetails: { ...names, output, outputDetails: details },
    }),
    succeeded: (output: string): EventDraft => ({
      type: 'TaskSucceeded',
      taskSucceededEventDetails: { ...names, output, outputDetails: details },
    }),
    failed: (failure: Failure): EventDraft => ({
      type: 'TaskFailed',
      taskFailedEventDetails: { ...names, ...told(failure) },
    }),
    timedOut: (failure: Failure): EventDraft => ({
      type: 'TaskTimedOut',
      taskTimedOutEventDetails: { ...names, ...told(failure) },
    }),
  };
}
