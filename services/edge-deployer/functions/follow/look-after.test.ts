import { describe, expect, it } from 'vitest';
import { type LookingPorts, lookAfter } from './look-after.ts';
import { type Occasion, occasionSchema } from './messages.ts';

/** Looks at a line whose book can't be read. Gives what was logged as an error. */
async function lookInVain(occasion: Occasion, hasDeadLetters: LookingPorts['hasDeadLetters']): Promise<string[]> {
  const errors: string[] = [];
  const update = async () => {
    throw new Error('the table is away');
  };
  const logger = { info: () => {}, warn: () => {}, error: (message: string) => void errors.push(message) };
  await lookAfter(occasion, {
    deps: { update, hasDeadLetters } as Partial<LookingPorts> as LookingPorts,
    logger,
    metrics: { addMetric() {} },
  });
  return errors;
}

const scheduled: Occasion = { 'detail-type': 'Scheduled Event' };

describe('looking after the line', () => {
  it('fails when a device had something to tell, so that it is tried again and kept', async () => {
    const told = occasionSchema.parse({
      'detail-type': 'Greengrass V2 Effective Deployment Status Change',
      resources: ['arn:aws:greengrass:eu-west-1:000000000000:coreDevices:edge-1'],
      detail: { coreDeviceExecutionStatus: 'SUCCEEDED' },
    });
    await expect(lookInVain(told, async () => true)).rejects.toThrow('the table is away');
  });

  it('fails when only time went by and no dead letter calls somebody yet', async () => {
    await expect(lookInVain(scheduled, async () => false)).rejects.toThrow('the table is away');
  });

  it('leaves no dead letter every five minutes beside one that lies there', async () => {
    const errors = await lookInVain(scheduled, async () => true);
    expect(errors).toEqual(['the next look tries again: the table is away']);
  });

  it('fails for its own reason where nobody can tell whether one lies there', async () => {
    const denied = async () => {
      throw new Error('not allowed to ask');
    };
    await expect(lookInVain(scheduled, denied)).rejects.toThrow('the table is away');
  });
});
