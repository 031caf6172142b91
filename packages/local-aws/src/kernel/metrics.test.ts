import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { manualClock } from './clock.ts';
import { Metrics, MINUTE } from './metrics.ts';
import { Store } from './store.ts';

const DAY = 24 * 60 * MINUTE;

describe('metrics', () => {
  const folder = mkdtempSync(join(tmpdir(), 'metrics-'));
  const store = new Store(join(folder, 'state.db'), () => {});
  const clock = manualClock();
  const metrics = new Metrics(store, clock);
  const errors = (FunctionName: string) => ({ namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName } });
  const length = { namespace: 'AWS/SQS', name: 'Length', dimensions: { QueueName: 'q', Region: 'r' } };
  afterAll(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  test('add up what is counted in a minute, each thing by itself', () => {
    const now = clock.now();
    for (const value of [1, 0, 2]) metrics.add(errors('f'), value);
    metrics.add(errors('g'), 9);
    expect(metrics.statistics(errors('f'), now, now + MINUTE)).toEqual({
      Sum: 3,
      SampleCount: 3,
      Minimum: 0,
      Maximum: 2,
    });
    expect(metrics.statistics(errors('f'), now + MINUTE, now + 2 * MINUTE)).toBeUndefined();
  });

  test('read a level once a minute, however many alarms look at it, whatever the order of its dimensions', () => {
    const now = clock.now();
    let level = 4;
    metrics.gauge(length, ({ QueueName }) => (QueueName === 'q' ? level : undefined));
    metrics.sample(length, now);
    level = 5;
    metrics.sample({ ...length, dimensions: { Region: 'r', QueueName: 'q' } }, now);
    expect(metrics.statistics(length, now, now + MINUTE)).toEqual({ Sum: 4, SampleCount: 1, Minimum: 4, Maximum: 4 });
    metrics.sample({ ...length, dimensions: { QueueName: 'gone' } }, now);
    expect(metrics.statistics({ ...length, dimensions: { QueueName: 'gone' } }, now, now + MINUTE)).toBeUndefined();
  });

  test('keep what the longest alarm looks back to, and no more', async () => {
    const begun = clock.now();
    await clock.advance(3 * DAY);
    metrics.add(errors('g'), 1);
    expect(metrics.statistics(errors('f'), begun, begun + MINUTE)?.Sum).toBe(3);
    await clock.advance(60 * MINUTE);
    metrics.add(errors('g'), 1);
    expect(metrics.statistics(errors('f'), begun, begun + MINUTE)).toBeUndefined();
  });
});
