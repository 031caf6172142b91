import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import { readConfig } from './config.ts';
import { codeOf, isPermanent, toError } from './errors.ts';

/** What every function says about itself. */
export interface FunctionOptions<Config, Dependencies> {
  /** The function's settings; see {@link readConfig}. */
  readonly config: z.ZodType<Config>;
  /** Builds the adapters, once per cold start. */
  readonly assemble: (config: Config) => Dependencies;
}

/** What a function gets besides its input. */
export interface Surroundings<Config, Dependencies> {
  readonly deps: Dependencies;
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A Lambda handler as the runtime calls it. */
export type Handler<Result> = (event: unknown, context: Context) => Promise<Result>;

/**
 * The stack around every function: tracing, structured logs with the context, metrics, and one report of a failure
 * that says whether it is worth trying again. The environment is read and the adapters are built at the first
 * invocation and kept.
 */
export function withStack<Config, Dependencies, Result>(
  options: FunctionOptions<Config, Dependencies>,
  run: (event: unknown, surroundings: Surroundings<Config, Dependencies>) => Promise<Result>,
): Handler<Result> {
  const logger = new Logger();
  const tracer = new Tracer();
  const metrics = new Metrics({ namespace: 'Assay' });
  let surroundings: Surroundings<Config, Dependencies> | undefined;

  const handler = middy<unknown, Result>()
    .use(captureLambdaHandler(tracer, { captureResponse: false }))
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logMetrics(metrics, { captureColdStartMetric: true }))
    .onError(({ error }) => reportFailure(logger, metrics, error))
    .handler(async (event: unknown) => {
      if (surroundings === undefined) {
        const config = readConfig(options.config);
        surroundings = { deps: options.assemble(config), config, logger, metrics };
      }
      const result = await run(event, surroundings);
      metrics.addMetric('Handled', MetricUnit.Count, 1);
      return result;
    });
  return async (event, context) => handler(event, context);
}

/** Logs a failure with its code and counts it. */
export function reportFailure(logger: Logger, metrics: Metrics, error: unknown, keys: Record<string, unknown> = {}) {
  const permanent = isPermanent(error);
  const failure = toError(error);
  logger.error(failure.message, { ...keys, error: failure, code: codeOf(error), retried: !permanent });
  metrics.addMetric(permanent ? 'PermanentFailures' : 'RetryableFailures', MetricUnit.Count, 1);
}
