import { AwsError, messageOf } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Outcome } from '../kernel/outbox.ts';
import type { InvocationResult } from './environment.ts';
import type { EnvironmentPool } from './environment-pool.ts';
import { type Functions, functionCaller, type LambdaFunction, qualifiedArn } from './functions.ts';
import { configurationKey, type InvokeConfiguration, type InvokeConfigurations } from './invoke-configuration.ts';

/** An event that waits for its function. */
export interface AsyncInvocation {
  name: string;
  qualifier: string;
  requestId: string;
  payload: string;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  /** How often the function has run and failed. */
  failures: number;
  /** How often it could not be run. */
  throttles: number;
  lastResult?: { payload: string };
}

const KIND = 'lambda:asynchronous';
const DEFAULT_RETRIES = 2;
const DEFAULT_AGE_SECONDS = 21_600;
/** "Lambda waits one minute before the second attempt, and two minutes before the third." */
const RETRY_DELAYS = [60_000, 120_000];
const LONGEST_THROTTLE_DELAY = 300_000;

type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';

/** "Asynchronous invocation": queued, retried, and at the end told to a destination or a dead-letter queue. */
export class AsyncInvocations {
  readonly #kernel: Kernel;
  readonly #functions: Pick<Functions, 'find'>;
  readonly #pool: Pick<EnvironmentPool, 'run'>;
  readonly #configurations: Pick<InvokeConfigurations, 'get'>;

  constructor(
    kernel: Kernel,
    functions: Pick<Functions, 'find'>,
    pool: Pick<EnvironmentPool, 'run'>,
    configurations: Pick<InvokeConfigurations, 'get'>,
  ) {
    this.#kernel = kernel;
    this.#functions = functions;
    this.#pool = pool;
    this.#configurations = configurations;
    // Most of these wait for an environment: one slow function must not hold up the others.
    kernel.outbox.handle<AsyncInvocation>(KIND, (invocation) => this.#attempt(invocation), { concurrency: 64 });
  }

  queue(lambda: LambdaFunction, requestId: string, payload: string): void {
    const { name, version: qualifier } = lambda;
    const receivedAt = this.#kernel.clock.now();
    const invocation: AsyncInvocation = { name, qualifier, requestId, payload, receivedAt, failures: 0, throttles: 0 };
    this.#kernel.outbox.add(KIND, invocation);
  }

  async #attempt(invocation: AsyncInvocation): Promise<Outcome<AsyncInvocation>> {
    const lambda = this.#functions.find(invocation);
    // Deleted meanwhile: its events go with it, as on AWS.
    if (!lambda) return;
    const configuration = this.#configurations.get(configurationKey(invocation.name, invocation.qualifier));
    const oldest = invocation.receivedAt + (configuration?.maximumEventAge ?? DEFAULT_AGE_SECONDS) * 1000;
    if (this.#kernel.clock.now() > oldest) return this.#giveUp(lambda, invocation, configuration, 'EventAgeExceeded');
    let result: InvocationResult;
    try {
      const { requestId, payload } = invocation;
      result = await this.#pool.run(lambda, { requestId, payload }, { throttled: false });
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'TooManyRequestsException')) throw error;
      const delay = Math.min(LONGEST_THROTTLE_DELAY, 1000 * 2 ** Math.min(invocation.throttles, 10));
      return {
        again: this.#kernel.clock.now() + delay,
        payload: { ...invocation, throttles: invocation.throttles + 1 },
      };
    }
    const done = { ...invocation, lastResult: { payload: result.payload } };
    if (!result.failed) return this.#tell(lambda, done, configuration?.onSuccess, 'Success');
    const failures = invocation.failures + 1;
    const failed = { ...done, failures };
    if (failures > (configuration?.maximumRetryAttempts ?? DEFAULT_RETRIES))
      return this.#giveUp(lambda, failed, configuration, 'RetriesExhausted');
    return { again: this.#kernel.clock.now() + (RETRY_DELAYS[failures - 1] ?? 0), payload: failed };
  }

  async #giveUp(
    lambda: LambdaFunction,
    invocation: AsyncInvocation,
    configuration: InvokeConfiguration | undefined,
    condition: Condition,
  ): Promise<void> {
    await this.#bury(lambda, invocation);
    await this.#tell(lambda, invocation, configuration?.onFailure, condition);
    if (!lambda.deadLetterArn && !configuration?.onFailure)
      this.#kernel.report(
        `${lambda.name}: an event is dropped (${condition}, request ${invocation.requestId}): ${invocation.lastResult?.payload ?? 'it was never run'}. The function has no dead-letter queue and no on-failure destination.`,
      );
  }

  /** "Dead-letter queues": the event itself, with the error as attributes. */
  async #bury(lambda: LambdaFunction, { requestId, payload, lastResult }: AsyncInvocation): Promise<void> {
    if (!lambda.deadLetterArn) return;
    const message = errorMessageOf(lastResult?.payload);
    await this.#send(lambda, lambda.deadLetterArn, payload, {
      RequestID: { DataType: 'String', StringValue: requestId },
      ErrorCode: { DataType: 'Number', StringValue: '200' },
      ErrorMessage: { DataType: 'String', StringValue: message.slice(0, 1024) },
    });
  }

  /** "Invocation record". */
  async #tell(
    lambda: LambdaFunction,
    invocation: AsyncInvocation,
    destination: string | undefined,
    condition: Condition,
  ): Promise<void> {
    if (!destination) return;
    const { requestId, payload, lastResult, failures } = invocation;
    const succeeded = condition === 'Success';
    const record = {
      version: '1.0',
      timestamp: new Date(this.#kernel.clock.now()).toISOString(),
      requestContext: {
        requestId,
        functionArn: qualifiedArn(lambda),
        condition,
        approximateInvokeCount: failures + (succeeded ? 1 : 0),
      },
      requestPayload: JSON.parse(payload),
      ...(lastResult && {
        responseContext: {
          statusCode: 200,
          executedVersion: lambda.version,
          ...(!succeeded && { functionError: 'Unhandled' }),
        },
        responsePayload: parsed(lastResult.payload),
      }),
    };
    await this.#send(lambda, destination, JSON.stringify(record));
  }

  async #send(
    lambda: LambdaFunction,
    queueArn: string,
    MessageBody: string,
    MessageAttributes?: Record<string, { DataType: string; StringValue: string }>,
  ): Promise<void> {
    const { account, endpoint } = this.#kernel;
    const QueueUrl = `${endpoint}/${account}/${queueArn.split(':').at(-1)}`;
    try {
      const caller = functionCaller(lambda);
      await this.#kernel.call('sqs', 'SendMessage', { QueueUrl, MessageBody, MessageAttributes }, caller);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#kernel.report(
        `${lambda.name}: ${queueArn} could not take what became of an event: ${messageOf(error)}`,
        error,
      );
    }
  }
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return payload;
  }
}

function errorMessageOf(payload: string | undefined): string {
  const failure: unknown = payload === undefined ? undefined : parsed(payload);
  if (typeof failure === 'object' && failure !== null && 'errorMessage' in failure) return String(failure.errorMessage);
  return payload || 'The event was never run.';
}
