import { expect, it } from 'vitest';
import { laptopSettings } from './laptop-settings.ts';

it('asks one person for a mark, unless somebody says how many there are', () => {
  expect(laptopSettings({})).toEqual({ ASSAY_LABELING_WORKERS: '1' });
  expect(laptopSettings({ ASSAY_LABELING_WORKERS: '3' })).toEqual({ ASSAY_LABELING_WORKERS: '3' });
});
