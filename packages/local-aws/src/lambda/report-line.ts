import type { LambdaFunction } from './functions.ts';

/** The REPORT line that ends an invocation's log ("Using the Lambda REPORT log line"). Durations in milliseconds. */
export function reportLine(report: {
  requestId: string;
  milliseconds: number;
  maxMemoryKb: number;
  init: number | undefined;
  status: 'timeout' | 'error' | undefined;
  lambda: LambdaFunction;
}): string {
  const { requestId, milliseconds, maxMemoryKb, init, status, lambda } = report;
  return [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${milliseconds.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(milliseconds)} ms`,
    `Memory Size: ${lambda.memorySize} MB`,
    `Max Memory Used: ${Math.round(maxMemoryKb / 1024)} MB`,
    ...(init === undefined ? [] : [`Init Duration: ${init.toFixed(2)} ms`]),
    ...(status ? [`Status: ${status}`] : []),
    '',
  ].join('\t');
}
