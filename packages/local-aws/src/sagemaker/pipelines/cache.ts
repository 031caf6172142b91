import { createHash } from 'node:crypto';
import type { Step } from './definition.ts';
import type { Execution, Pipelines, StepState } from './pipelines.ts';
import { isRecord } from './references.ts';

/** A digest of a step's resolved arguments, in which the order of members doesn't matter. */
export function cacheKey(step: Step, resolved: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([step.Type, ordered(resolved)]))
    .digest('hex');
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, ordered(value[key])]),
  );
}

/**
 * The latest run of a step with the same arguments in the same pipeline that succeeded and has not expired ("Caching
 * Pipeline Steps").
 */
export function findCached(
  { executions, kernel }: Pipelines,
  execution: Execution,
  step: Step,
  key: string,
): { execution: Execution; step: StepState } | undefined {
  const expireAfter = step.CacheConfig?.ExpireAfter;
  const oldest = expireAfter === undefined ? 0 : kernel.clock.now() - duration(expireAfter);
  return executions
    .list({ prefix: `${execution.pipeline}/` })
    .flatMap(({ value }) => {
      const ran = value.steps[step.Name];
      const usable =
        ran?.cacheKey === key && ran.status === 'Succeeded' && ran.cacheHit === undefined && (ran.end ?? 0) >= oldest;
      return usable && value.id !== execution.id ? [{ execution: value, step: ran }] : [];
    })
    .sort((a, b) => (b.step.end ?? 0) - (a.step.end ?? 0))[0];
}

const UNITS = [31_536_000, 2_592_000, 604_800, 86_400, 3600, 60, 1];

/** Milliseconds of an ISO 8601 duration such as `P30D` or `PT1H`; 0 for one that doesn't parse. */
function duration(text: string): number {
  const match =
    /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i.exec(text) ??
    [];
  return UNITS.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0) * 1000;
}
