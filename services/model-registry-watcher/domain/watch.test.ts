import { describe, expect, it } from 'vitest';
import type { KnownVerdict, ModelPackage } from './verdict.ts';
import { type WatchPorts, watchPackage } from './watch.ts';

const arn = 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/7';

const modelPackage = (overrides: Partial<ModelPackage> = {}): ModelPackage => ({
  arn,
  group: 'assay-local-detector',
  version: 7,
  ready: true,
  approval: 'approved',
  modelUri: 's3://training/model.tar.gz',
  ...overrides,
});

function fakeRegistry(first: Partial<ModelPackage> = {}) {
  let model = modelPackage(first);
  let known: KnownVerdict | undefined;
  let clock = Date.parse('2026-03-04T08:00:00Z');
  const said: string[] = [];
  let dieWhileSaying = false;
  const say = (what: string) => async () => {
    if (dieWhileSaying) throw new Error('the function was killed');
    said.push(what);
  };
  const ports: WatchPorts = {
    describe: async () => model,
    lastVerdict: async () => known,
    replaceVerdict: async (_, expected, next) => {
      if (JSON.stringify(expected) !== JSON.stringify(known)) return false;
      known = next;
      return true;
    },
    sayApproved: say('approved'),
    sayRejected: say('rejected'),
    now: () => new Date(clock),
  };
  return {
    ports,
    said,
    look: () => watchPackage(arn, ports),
    change: (overrides: Partial<ModelPackage>) => {
      model = modelPackage({ ...model, ...overrides });
    },
    killSaying: (value: boolean) => {
      dieWhileSaying = value;
    },
    wait: (seconds: number) => {
      clock += seconds * 1000;
    },
  };
}

describe('watchPackage', () => {
  it('says an approval once, however often the event is delivered', async () => {
    const { look, said } = fakeRegistry();
    await expect(look()).resolves.toBe('announced');
    await expect(look()).resolves.toBe('nothing');
    expect(said).toEqual(['approved']);
  });

  it('says the rejection of a package that had been approved', async () => {
    const { look, change, said } = fakeRegistry();
    await look();
    change({ approval: 'rejected' });
    await look();
    await look();
    expect(said).toEqual(['approved', 'rejected']);
  });

  it('says nothing about the rejection of a package that never was approved', async () => {
    const { look, said } = fakeRegistry({ approval: 'rejected' });
    await expect(look()).resolves.toBe('nothing');
    expect(said).toEqual([]);
  });

  it('says a new approval after a rejection', async () => {
    const { look, change, said } = fakeRegistry();
    await look();
    change({ approval: 'rejected' });
    await look();
    change({ approval: 'approved' });
    await look();
    expect(said).toEqual(['approved', 'rejected', 'approved']);
  });

  it('waits for a package that is not ready', async () => {
    const { look, change, said } = fakeRegistry({ ready: false });
    await expect(look()).resolves.toBe('nothing');
    change({ ready: true });
    await look();
    expect(said).toEqual(['approved']);
  });

  it('leaves the announcement to a delivery that is at it, and takes over when that one died', async () => {
    const { look, killSaying, wait, said } = fakeRegistry();
    killSaying(true);
    await expect(look()).rejects.toThrow('killed');
    killSaying(false);
    await expect(look()).resolves.toBe('busy');
    wait(60);
    await expect(look()).resolves.toBe('announced');
    expect(said).toEqual(['approved']);
  });

  it('says a rejection after the approval that it overtook, not before', async () => {
    const { ports, look, change, said } = fakeRegistry();
    const { sayApproved } = ports;
    ports.sayApproved = async (model) => {
      change({ approval: 'rejected' });
      await expect(look()).resolves.toBe('busy');
      await sayApproved(model);
    };
    await expect(look()).resolves.toBe('announced');
    await expect(look()).resolves.toBe('announced');
    expect(said).toEqual(['approved', 'rejected']);
  });

  it('lets one of two deliveries at the same moment speak', async () => {
    const { look, said } = fakeRegistry();
    const outcomes = await Promise.all([look(), look()]);
    expect(outcomes.toSorted()).toEqual(['announced', 'busy']);
    expect(said).toEqual(['approved']);
  });
});
