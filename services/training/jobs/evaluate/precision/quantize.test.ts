import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entriesOf, writeArchive } from '@assay/dataset';
import { tinyModel } from '@assay/inspector-core/testing';
import { expect, it } from 'vitest';
import { snapshot } from '../testing/scenario.ts';
import { channelFiles, parts } from '../testing/shots.ts';
import { quantizeWith } from './quantize.ts';
import { timeInTurns } from './time-in-turns.ts';

it('says of a network without convolutions why it has no INT8 form', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quantize-'));
  try {
    const train = join(folder, 'train.tar.gz');
    await writeArchive(train, entriesOf(await channelFiles(parts('train', 8), { names: ['red', 'blue'], snapshot })));
    expect(await quantizeWith(train)(tinyModel())).toEqual({
      ok: false,
      reason: expect.stringContaining('is a convolution or matrix product'),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('times two models on the same images', async () => {
  const entries = await channelFiles(parts('validation', 3), { names: ['red', 'blue'], snapshot });
  const images = entries.filter(({ name }) => name.endsWith('.png')).map(({ bytes }) => bytes);
  const times = await timeInTurns(tinyModel(), tinyModel({ gain: 1 }), images);
  expect(times).toEqual([expect.any(Number), expect.any(Number)]);
  expect(Math.min(...times)).toBeGreaterThan(0);
});
