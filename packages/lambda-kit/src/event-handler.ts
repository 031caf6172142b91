import { type EventDefinition, type ParsedEvent, parseEvent } from '@assay/events';
import type { z } from 'zod';
import { correlationIdOf, parseInput } from './parse.ts';
import { type FunctionOptions, type Handler, type Surroundings, withStack } from './stack.ts';

export interface EventHandlerOptions<Data extends z.ZodObject, Config, Dependencies>
  extends FunctionOptions<Config, Dependencies> {
  readonly definition: EventDefinition<string, Data>;
}

/** A function that a rule invokes with one catalogued event. It is logged under the event's correlation id. */
export function eventHandler<Data extends z.ZodObject, Config, Dependencies>(
  options: EventHandlerOptions<Data, Config, Dependencies>,
  run: (event: ParsedEvent<z.output<Data>>, surroundings: Surroundings<Config, Dependencies>) => Promise<void>,
): Handler<void> {
  return withStack(options, async (event, surroundings) => {
    const parsed = parseEvent(options.definition, event);
    surroundings.logger.setCorrelationId(parsed.metadata.correlationId);
    await run(parsed, surroundings);
  });
}

export interface AwsEventHandlerOptions<Event, Config, Dependencies> extends FunctionOptions<Config, Dependencies> {
  /** Schema of the whole EventBridge event. */
  readonly schema: z.ZodType<Event>;
}

/** A function that a rule invokes with an event of AWS, or a schedule. */
export function awsEventHandler<Event, Config, Dependencies>(
  options: AwsEventHandlerOptions<Event, Config, Dependencies>,
  run: (event: Event, surroundings: Surroundings<Config, Dependencies>) => Promise<void>,
): Handler<void> {
  return withStack(options, async (event, surroundings) => {
    await run(parseInput(options.schema, event, 'the event'), surroundings);
  });
}

export interface TaskHandlerOptions<Input, Config, Dependencies> extends FunctionOptions<Config, Dependencies> {
  readonly schema: z.ZodType<Input>;
}

/** A function that is a task of a state machine: it gets the task's arguments and returns JSON. */
export function taskHandler<Input, Config, Dependencies, Result>(
  options: TaskHandlerOptions<Input, Config, Dependencies>,
  run: (input: Input, surroundings: Surroundings<Config, Dependencies>) => Promise<Result>,
): Handler<Result> {
  return withStack(options, async (event, surroundings) => {
    const correlationId = correlationIdOf(event);
    if (correlationId !== undefined) surroundings.logger.setCorrelationId(correlationId);
    return run(parseInput(options.schema, event, "the task's input"), surroundings);
  });
}
