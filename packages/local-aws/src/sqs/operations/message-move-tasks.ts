import { randomUUID } from 'node:crypto';
import { AwsError } from '../../kernel/errors.ts';
import type { SqsOperation } from '../state.ts';

const notFound = () =>
  new AwsError(
    'ResourceNotFoundException',
    "The resource that you specified for the SourceArn parameter doesn't exist.",
  );

export const startMessageMoveTask: SqsOperation<'StartMessageMoveTask'> = (input, _request, state) => {
  const sourceArn = input.SourceArn ?? '';
  const source = state.queues.byArn(sourceArn);
  if (!source) throw notFound();
  if (state.queues.sourcesOf(source).length === 0)
    throw new AwsError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
  if (input.DestinationArn !== undefined && !state.queues.byArn(input.DestinationArn))
    throw new AwsError(
      'ResourceNotFoundException',
      "The resource that you specified for the DestinationArn parameter doesn't exist.",
    );
  const perSecond = input.MaxNumberOfMessagesPerSecond;
  if (perSecond !== undefined && (perSecond < 1 || perSecond > 500))
    throw new AwsError(
      'InvalidParameterValue',
      `Value ${perSecond} for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: must be between 1 and 500.`,
    );
  if (state.moveTasks.of(sourceArn, 10).some((task) => task.status === 'RUNNING'))
    throw new AwsError(
      'UnsupportedOperation',
      'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    );
  const now = state.kernel.clock.now();
  const TaskHandle = Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn })).toString('base64');
  state.moveTasks.start({
    handle: TaskHandle,
    sourceArn,
    destinationArn: input.DestinationArn,
    perSecond,
    status: 'RUNNING',
    moved: 0,
    toMove: state.messages.counts(source.name, now).visible,
    startedAt: now,
  });
  return { TaskHandle };
};

export const listMessageMoveTasks: SqsOperation<'ListMessageMoveTasks'> = (input, _request, state) => {
  const limit = input.MaxResults ?? 1;
  if (limit < 1 || limit > 10)
    throw new AwsError(
      'InvalidParameterValue',
      `Value ${limit} for parameter MaxResults is invalid. Reason: must be between 1 and 10.`,
    );
  const sourceArn = input.SourceArn ?? '';
  if (!state.queues.byArn(sourceArn)) throw notFound();
  const Results = state.moveTasks.of(sourceArn, limit).map((task) => ({
    ...(task.status === 'RUNNING' && { TaskHandle: task.handle }),
    Status: task.status,
    SourceArn: task.sourceArn,
    DestinationArn: task.destinationArn,
    MaxNumberOfMessagesPerSecond: task.perSecond,
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    FailureReason: task.failure,
    StartedTimestamp: task.startedAt,
  }));
  return { Results };
};
