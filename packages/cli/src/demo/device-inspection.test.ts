import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Context } from '../context.ts';
import type { DeviceProcess, Verdict } from '../platform/device.ts';
import { inspectOnDevice } from './device-inspection.ts';

it('places frames below their folder, under names that a device takes, whatever annotations call them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'assay-frames-'));
  let tell: (verdict: Verdict) => void = () => {};
  const device = {
    onVerdict: async (hear: typeof tell) => {
      tell = hear;
      return async () => {};
    },
  } as unknown as DeviceProcess;
  // The device answers as soon as it is asked for how far it is.
  const terminal = { progress: () => {} };
  const image = { fileName: 'a.jpg', width: 1, height: 1, bytes: Buffer.of(1), boxes: [] };
  const images = ['../../../out', '..', 'a part'].map((part) => ({ ...image, part, fileName: 'below/a file.jpg' }));
  const inspected = inspectOnDevice({ terminal } as unknown as Context, device, images, {
    framesDir: join(folder, 'a', 'b', 'frames'),
    station: 's',
  });
  const placed = async () => (await readdir(folder, { recursive: true })).filter((name) => /\.jpg$/.test(name));
  await expect.poll(placed).toHaveLength(3);
  for (const path of await placed()) {
    expect(path).toMatch(/^a\/b\/frames\/s\/[\w-][\w.=-]*\/[\w-][\w.=-]*$/);
    tell({ file: path.split('/').at(-1), verdict: 'pass' } as Verdict);
  }
  expect(await inspected).toHaveLength(3);
  await rm(folder, { recursive: true });
});
