import type { Json } from '../json.ts';
import { FunctionError, type Lab, stateMachineLab } from '../testing.ts';

interface Order {
  /** The error to fail with; without, the function answers. */
  error?: string;
  cause?: string;
  /** How many runs of the same `key` fail before one answers; all of them unless told. */
  failures?: number;
  key?: string;
  answer?: Json;
}

export interface Conformance extends Lab {
  /** When each run of a function began, by its `key` (ms since the epoch). */
  runs: Map<string, number[]>;
  /** Lets every function that hangs answer. */
  release(): void;
}

/**
 * One lab for a whole suite, with three functions: `do` behaves as its event orders, `hang` answers when it is released,
 * and `big` answers with as many bytes as its event says.
 */
export async function conformanceLab(): Promise<Conformance> {
  const runs = new Map<string, number[]>();
  const hanging: (() => void)[] = [];
  const lab = await stateMachineLab({
    do: (event) => {
      const { error, cause, failures = Number.POSITIVE_INFINITY, key = '', answer = event } = event as Order;
      const times = runs.get(key) ?? [];
      runs.set(key, [...times, lab.clock.now()]);
      if (error !== undefined && times.length < failures) throw new FunctionError(error, cause);
      return answer;
    },
    hang: () => new Promise<Json>((resolve) => hanging.push(() => resolve('late'))),
    big: (event) => 'x'.repeat(Number(event)),
  });
  const release = () => {
    for (const resolve of hanging.splice(0)) resolve();
  };
  return Object.assign(lab, {
    runs,
    release,
    close: ((close) => async () => {
      release();
      await close();
    })(lab.close),
  });
}

/** A Task whose function fails with `error` each time. */
export const failing = (error: string, more: Record<string, unknown> = {}) => ({
  ...doing({ error }),
  ...more,
});

/** A Task whose function does as it is told. */
export const doing = (order: Order | string, more: Record<string, unknown> = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:lambda:eu-west-1:000000000000:function:do',
  Arguments: order,
  ...('Next' in more ? {} : { End: true }),
  ...more,
});
