import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StartExecutionCommandInput } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRoles, standIn } from '../kernel/authorization/stand-in.ts';
import type { Caller } from '../kernel/caller.ts';
import { systemClock } from '../kernel/clock.ts';
import { AwsError } from '../kernel/errors.ts';
import { Kernel } from '../kernel/kernel.ts';
import type { BusEvent } from './event.ts';
import { sendTo } from './targets.ts';

const event: BusEvent = {
  version: '0',
  id: '6f1d2c1e-0b52-4f0e-9d0a-2a7c3c6f1b11',
  'detail-type': 'Said',
  source: 'app',
  account: '000000000000',
  time: '2026-03-04T08:15:30Z',
  region: 'eu-west-1',
  resources: [],
  detail: {},
};
const Arn = 'arn:aws:states:eu-west-1:000000000000:stateMachine:work';
const RoleArn = 'arn:aws:iam::000000000000:role/starter';
const dispatch = { input: '{}', event, ruleArn: 'arn:aws:events:eu-west-1:000000000000:rule/r', deliveryId: 'once' };

describe('a workflow as target', () => {
  let kernel: Kernel;
  let dataDir: string;
  let started: { input: StartExecutionCommandInput; caller: Caller }[];

  beforeEach(async () => {
    started = [];
    dataDir = mkdtempSync(join(tmpdir(), 'eventbridge-targets-'));
    const workflows = standIn<'sfn', undefined>({
      name: 'sfn',
      signingName: 'states',
      load: () => import('@aws-sdk/client-sfn'),
      create: () => undefined,
      operations: {
        StartExecution(input, { caller }) {
          if (started.some((other) => other.input.name === input.name))
            throw new AwsError('ExecutionAlreadyExists', 'Execution Already Exists');
          started.push({ input, caller });
          return { executionArn: 'arn:x', startDate: new Date(0) };
        },
      },
    });
    const options = { dataDir, account: '000000000000', region: 'eu-west-1', clock: systemClock, images: {} };
    kernel = new Kernel({ ...options, report: () => undefined }, [openRoles, workflows]);
    await kernel.start('http://127.0.0.1:0');
  });
  afterEach(async () => {
    await kernel.close();
    rmSync(dataDir, { recursive: true });
  });

  it('is started with the role of the target, and once however often the delivery is tried', async () => {
    for (let time = 0; time < 2; time++) await sendTo(kernel, { Id: 't', Arn, RoleArn }, dispatch);
    expect(started).toEqual([
      {
        input: { stateMachineArn: Arn, input: '{}', name: `${event.id}_once` },
        caller: {
          kind: 'role',
          arn: 'arn:aws:sts::000000000000:assumed-role/starter/eventbridge',
          account: '000000000000',
          roleArn: RoleArn,
          assumedBy: 'events.amazonaws.com',
        },
      },
    ]);
  });

  it('is not started without a role', async () => {
    await expect(sendTo(kernel, { Id: 't', Arn }, dispatch)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('is there, or the event has nowhere to go', async () => {
    const target = { Id: 't', Arn: 'arn:aws:sns:eu-west-1:000000000000:topic' };
    await expect(sendTo(kernel, target, dispatch)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
