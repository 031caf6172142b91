import { describe, expect, it } from 'vitest';
import type { LinePorts } from '../../domain/line/advance.ts';
import { lookAfter } from './look-after.ts';
import { type Occasion, occasionSchema } from './messages.ts';

/** Looks at a line whose book can't be read. */
async function lookInVain(occasion: Occasion): Promise<string[]> {
  const errors: string[] = [];
  const update = async () => {
    throw new Error('the table is away');
  };
  const logger = { info: () => {}, warn: () => {}, error: (message: string) => void errors.push(message) };
  await lookAfter(occasion, {
    deps: { update } as Partial<LinePorts> as LinePorts,
    logger,
    metrics: { addMetric() {} },
  });
  return errors;
}

describe('looking after the line', () => {
  it('fails when a device had something to tell, so that it is tried again and kept', async () => {
    const told = occasionSchema.parse({
      'detail-type': 'Greengrass V2 Effective Deployment Status Change',
      resources: ['arn:aws:greengrass:eu-west-1:000000000000:coreDevices:edge-1'],
      detail: { coreDeviceExecutionStatus: 'SUCCEEDED' },
    });
    await expect(lookInVain(told)).rejects.toThrow('the table is away');
  });

  it('leaves no dead letter every five minutes when only time went by', async () => {
    const errors = await lookInVain({ 'detail-type': 'Scheduled Event' });
    expect(errors).toEqual(['the next look tries again: the table is away']);
  });
});
