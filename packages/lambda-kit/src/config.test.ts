import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readConfig } from './config.ts';

const schema = z.strictObject({ busName: z.string().min(1), batchSize: z.coerce.number().int().positive() });

describe('readConfig', () => {
  it('reads camel-case settings from ASSAY_ variables and leaves all others alone', () => {
    const environment = { ASSAY_BUS_NAME: 'b', ASSAY_BATCH_SIZE: '7', PATH: '/bin' };
    expect(readConfig(schema, environment)).toEqual({ busName: 'b', batchSize: 7 });
  });

  it('names every variable that is missing, wrong or unknown', () => {
    const read = () => readConfig(schema, { ASSAY_BATCH_SIZE: '-1', ASSAY_BUS_NAMES: 'b' });
    expect(read).toThrow('ASSAY_BUS_NAME is not set');
    expect(read).toThrow('ASSAY_BATCH_SIZE is "-1"');
    expect(read).toThrow('ASSAY_BUS_NAMES is not a setting');
  });

  it('refuses an empty name', () => {
    expect(() => readConfig(schema, { ASSAY_BUS_NAME: '', ASSAY_BATCH_SIZE: '1' })).toThrow('ASSAY_BUS_NAME is ""');
  });
});
