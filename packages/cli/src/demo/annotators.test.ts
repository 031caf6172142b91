import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startAnnotators, type WorkerApi } from './annotators.ts';

const NO_TASKS = { tasks: [] };

it('tells at once that a labeler can’t go on, and again when the others have ended', async () => {
  const slow = Promise.withResolvers<unknown>();
  const calls = [() => slow.promise, () => Promise.reject(new Error('the worker API is gone')), async () => NO_TASKS];
  const call: WorkerApi = async () => calls.shift()?.();
  const team = startAnnotators(call, 'inspectors', []);
  await expect(team.failed).rejects.toThrow('the worker API is gone');
  let stopped = false;
  const stop = team.stop().finally(() => {
    stopped = true;
  });
  stop.catch(() => undefined);
  await setImmediate();
  expect(stopped).toBe(false);
  slow.resolve(NO_TASKS);
  await expect(stop).rejects.toThrow('the worker API is gone');
});

it('ends in peace when it is stopped, whatever it waits for', async () => {
  const team = startAnnotators(async () => NO_TASKS, 'inspectors', []);
  await team.stop();
  const outcome = await Promise.race([team.failed, 'nothing went wrong']);
  expect([outcome, team.answers()]).toEqual(['nothing went wrong', 0]);
});
