import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { standIn } from '../kernel/authorization/stand-in.ts';
import { administratorCaller } from '../kernel/caller.ts';
import { systemClock } from '../kernel/clock.ts';
import { Kernel } from '../kernel/kernel.ts';
import { resourceProvider } from '../kernel/resource-provider.ts';
import type { Service } from '../kernel/service.ts';
import { cloudformationService } from './service.ts';

const caller = administratorCaller('000000000000');

/** A service of one resource type that records what is asked of it, and stops for ever where `stuck` says. */
function things(log: string[], stuck: (what: string) => boolean): Service {
  const act = async (what: string) => {
    log.push(what);
    if (stuck(what)) await new Promise(() => undefined);
  };
  return standIn<'ecr', undefined>({
    name: 'ecr',
    signingName: 'ecr',
    load: () => import('@aws-sdk/client-ecr'),
    create: () => undefined,
    operations: {},
    resources: {
      'AWS::Test::Thing': resourceProvider({
        properties: z.strictObject({ Value: z.string(), After: z.string().optional() }),
        async create({ Value }, { logicalId, physicalName }) {
          const physicalId = physicalName();
          await act(`create ${logicalId} ${Value} ${physicalId}`);
          return { physicalId, attributes: {} };
        },
        async update(state, { Value }, previous, { logicalId }) {
          await act(`update ${logicalId} ${previous.Value} ${Value}`);
          return state;
        },
        delete: (_state, { Value }, { logicalId }) => act(`delete ${logicalId} ${Value}`),
      }),
    },
  });
}

describe('a stack operation that the process does not survive', () => {
  const folders: string[] = [];
  const kernels: Kernel[] = [];
  afterEach(async () => {
    for (const kernel of kernels.splice(0)) await kernel.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  async function open(stuck: (what: string) => boolean = () => false) {
    const log: string[] = [];
    const dataDir = mkdtempSync(join(tmpdir(), 'cloudformation-'));
    folders.push(dataDir);
    const start = async (folder: string, hangs: (what: string) => boolean, into: string[]) => {
      const options = { dataDir: folder, account: '000000000000', region: 'eu-west-1', clock: systemClock, images: {} };
      const kernel = new Kernel({ ...options, report: () => undefined }, [things(into, hangs), cloudformationService]);
      await kernel.start('http://127.0.0.1:0');
      return kernel;
    };
    const kernel = await start(dataDir, stuck, log);
    return {
      log,
      kernel,
      /** What a new process finds that starts on the disk as it is now. */
      async afterCrash() {
        const copy = mkdtempSync(join(tmpdir(), 'cloudformation-'));
        folders.push(copy);
        cpSync(dataDir, copy, { recursive: true });
        const later: string[] = [];
        const next = await start(copy, () => false, later);
        kernels.push(next);
        return { kernel: next, log: later };
      },
    };
  }

  const template = (value: string) =>
    JSON.stringify({
      Resources: {
        A: { Type: 'AWS::Test::Thing', Properties: { Value: value } },
        B: { Type: 'AWS::Test::Thing', Properties: { Value: value, After: { Ref: 'A' } } },
        C: { Type: 'AWS::Test::Thing', Properties: { Value: value, After: { Ref: 'B' } } },
      },
    });
  const status = async (kernel: Kernel) =>
    (await kernel.call('cloudformation', 'DescribeStacks', {}, caller)).Stacks?.[0]?.StackStatus;
  const input = (value: string) => ({ StackName: 'things', TemplateBody: template(value) });

  it('goes on with the resource that was being made, under the same name, and makes none twice', async () => {
    const first = await open((what) => what.startsWith('create B'));
    await first.kernel.call('cloudformation', 'CreateStack', input('1'), caller);
    await expect.poll(() => first.log).toHaveLength(2);
    const { kernel, log } = await first.afterCrash();
    await expect.poll(() => status(kernel)).toBe('CREATE_COMPLETE');
    expect(log).toHaveLength(2);
    expect(log[0]).toBe(first.log[1]);
    expect(log[1]).toMatch(/^create C 1/);
  });

  it('goes on with an update, and afterwards has nothing more to do', async () => {
    const first = await open((what) => what === 'update B 1 2');
    await first.kernel.call('cloudformation', 'CreateStack', input('1'), caller);
    await expect.poll(() => status(first.kernel)).toBe('CREATE_COMPLETE');
    await first.kernel.call('cloudformation', 'UpdateStack', input('2'), caller);
    await expect.poll(() => first.log.at(-1)).toBe('update B 1 2');
    const { kernel, log } = await first.afterCrash();
    await expect.poll(() => status(kernel)).toBe('UPDATE_COMPLETE');
    expect(log).toEqual(['update B 1 2', 'update C 1 2']);
    await expect(kernel.call('cloudformation', 'UpdateStack', input('2'), caller)).rejects.toThrow(
      'No updates are to be performed.',
    );
  });

  it('goes on deleting', async () => {
    const first = await open((what) => what.startsWith('delete B'));
    await first.kernel.call('cloudformation', 'CreateStack', input('1'), caller);
    await expect.poll(() => status(first.kernel)).toBe('CREATE_COMPLETE');
    await first.kernel.call('cloudformation', 'DeleteStack', { StackName: 'things' }, caller);
    await expect.poll(() => first.log.at(-1)).toBe('delete B 1');
    const { kernel, log } = await first.afterCrash();
    await expect.poll(() => status(kernel)).toBeUndefined();
    expect(log).toEqual(['delete B 1', 'delete A 1']);
  });
});
