export { readConfig, variableOf } from './config.ts';
export { codeOf, isPermanent, PermanentError, RetryableError, toError } from './errors.ts';
export type { AwsEventHandlerOptions, EventHandlerOptions, TaskHandlerOptions } from './event-handler.ts';
export { awsEventHandler, eventHandler, taskHandler } from './event-handler.ts';
export { eventBody, parseInput } from './parse.ts';
export type { QueueHandlerOptions, QueueRecord } from './queue-handler.ts';
export { queueBatchHandler, queueHandler } from './queue-handler.ts';
export type { FunctionOptions, Handler, Surroundings } from './stack.ts';
