import { catalogue, type DeviceOutcome, type Metadata } from '@assay/events';
import { describe, expect, it } from 'vitest';
import { advance, follow, type LinePorts } from './advance.ts';
import { approve, withdraw } from './decisions.ts';
import { emptyLine, type Line } from './line.ts';

const cause = (minute: number): Metadata => ({
  eventId: '7e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b',
  correlationId: 'story',
  occurredAt: `2026-03-04T08:0${minute}:00.000Z`,
  producer: catalogue.ModelApproved.source,
  version: 1,
});

const model = (modelPackageVersion: number) => ({
  modelPackageArn: `arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/${modelPackageVersion}`,
  modelPackageVersion,
  modelUri: `s3://models/${modelPackageVersion}.tar.gz`,
});

/** A line with devices; `dieAt` lets the n-th step outside fail once, as a crash would. */
function fakeLine(dieAt = Number.POSITIVE_INFINITY) {
  let line: Line = emptyLine('line');
  let steps = 0;
  const log: string[] = [];
  const statuses = new Map<string, DeviceOutcome[]>();
  const step = <Result>(entry: string, result: Result): Result => {
    steps += 1;
    if (steps === dieAt) throw new Error('the function was killed');
    log.push(entry);
    return result;
  };
  const ports: LinePorts = {
    update: async (change) => {
      line = change(line);
      return line;
    },
    ensureModelComponent: async ({ modelPackageVersion }) => step(`component ${modelPackageVersion}`, undefined),
    inspectorVersion: async () => '1.2.0',
    deploy: async ({ id }) => step(`deploy ${id}`, `d-${id}`),
    cancel: async (deploymentId) => step(`cancel ${deploymentId}`, undefined),
    devices: async (deploymentId) => statuses.get(deploymentId) ?? [{ thing: 'a', status: 'QUEUED' }],
    sayStarted: async (_, { id }) => step(`started ${id}`, undefined),
    sayEnded: async (_, { id, state }) => step(`${state} ${id}`, undefined),
  };
  const report = (deploymentId: string, status: string): void => {
    statuses.set(deploymentId, [{ thing: 'a', status }]);
  };
  return { ports, log, report, line: () => line };
}

describe('advance', () => {
  it('registers, deploys and says so, once', async () => {
    const { ports, log, line } = fakeLine();
    await ports.update((now) => approve(now, model(3), cause(1)));
    await advance(ports);
    await advance(ports);
    expect(log).toEqual(['component 3', 'deploy 3-1', 'started 3-1']);
    expect(line().rollouts[0]).toMatchObject({ state: 'started', inspectorVersion: '1.2.0', targets: 1 });
  });

  it.each([1, 2, 3])('goes on where it was killed, at step %i', async (dieAt) => {
    const { ports, log } = fakeLine(dieAt);
    await ports.update((now) => approve(now, model(3), cause(1)));
    await expect(advance(ports)).rejects.toThrow('killed');
    await advance(ports);
    expect(new Set(log)).toEqual(new Set(['component 3', 'deploy 3-1', 'started 3-1']));
    expect(log.at(-1)).toBe('started 3-1');
  });
});

describe('follow', () => {
  it('says that a rollout is complete when the devices are', async () => {
    const { ports, log, report } = fakeLine();
    await ports.update((now) => approve(now, model(3), cause(1)));
    await follow(ports);
    report('d-3-1', 'SUCCEEDED');
    await follow(ports);
    await follow(ports);
    expect(log).toEqual(['component 3', 'deploy 3-1', 'started 3-1', 'completed 3-1']);
  });

  it('sees a device that reported before the deployment was written down', async () => {
    const { ports, log, report } = fakeLine();
    await ports.update((now) => approve(now, model(3), cause(1)));
    report('d-3-1', 'SUCCEEDED');
    await follow(ports);
    expect(log).toContain('completed 3-1');
  });

  it('says that a rollout was taken back, then returns to the last good model', async () => {
    const { ports, log, report } = fakeLine();
    await ports.update((now) => approve(now, model(3), cause(1)));
    report('d-3-1', 'SUCCEEDED');
    await follow(ports);
    await ports.update((now) => approve(now, model(4), cause(2)));
    report('d-4-2', 'FAILED');
    report('d-3-3', 'SUCCEEDED');
    await follow(ports);
    await follow(ports);
    expect(log.slice(4)).toEqual([
      'component 4',
      'deploy 4-2',
      'started 4-2',
      'rolled-back 4-2',
      'component 3',
      'deploy 3-3',
      'started 3-3',
      'completed 3-3',
    ]);
  });

  it('stops a failed deployment that nothing replaces', async () => {
    const { ports, log, report } = fakeLine();
    await ports.update((now) => approve(now, model(3), cause(1)));
    report('d-3-1', 'FAILED');
    await follow(ports);
    expect(log.slice(-2)).toEqual(['cancel d-3-1', 'rolled-back 3-1']);
  });

  it('says nothing about a rollout that was replaced before it began', async () => {
    const { ports, log } = fakeLine();
    await ports.update((now) => approve(now, model(3), cause(1)));
    await ports.update((now) => withdraw(now, model(3), cause(2)));
    await ports.update((now) => approve(now, model(4), cause(3)));
    await follow(ports);
    expect(log).toEqual(['component 4', 'deploy 4-2', 'started 4-2']);
  });

  it('keeps a line of many devices within what an item of DynamoDB holds, however many rollouts it had', async () => {
    const { ports, line } = fakeLine();
    const devices = Array.from({ length: 10_000 }, (_, index) => ({
      thing: `line-2-station-${index}`,
      status: 'SUCCEEDED',
    }));
    ports.devices = async () => devices;
    for (let version = 1; version <= 60; version += 1) {
      const occurredAt = new Date(Date.UTC(2026, 2, version)).toISOString();
      await ports.update((now) => approve(now, model(version), { ...cause(0), occurredAt }));
      await follow(ports);
    }
    const [devicesNamed, deviceCounts] = [devices.slice(0, 100), { SUCCEEDED: 10_000 }];
    expect(line().rollouts.at(-1)).toMatchObject({ state: 'completed', devices: devicesNamed, deviceCounts });
    expect(JSON.stringify(line()).length).toBeLessThan(100_000);
  });
});
