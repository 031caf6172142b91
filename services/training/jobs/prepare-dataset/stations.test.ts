import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { findLeaks } from '../evaluate/leaks.ts';
import { encodeLedger, type Ledger } from './ledger.ts';
import { prepareDataset } from './prepare-dataset.ts';

const SIDE = 192;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Coarse grain, the same for the same seed. */
const grain = (seed: number): number[] =>
  Array.from({ length: SIDE * SIDE }, (_, index) => {
    const [x, y] = [Math.floor((index % SIDE) / 3), Math.floor(index / SIDE / 3)];
    let mixed = Math.imul(x + 1, 73_856_093) ^ Math.imul(y + 1, 19_349_663) ^ Math.imul(seed, 83_492_791);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
    return (mixed ^ (mixed >>> 13)) & 0xff;
  });
const background = grain(900);
/** A part before what stands behind every part at the station `here`. */
const before = (seed: number) => grain(seed).map((value, index) => 0.7 * background[index]! + 0.3 * value);

async function photograph(values: number[], station: string, part: string, groupSince = '2026-03-04T09:00:00.000Z') {
  const raw = { width: SIDE, height: SIDE, channels: 1 } as const;
  const bytes = await sharp(Uint8Array.from(values), { raw }).png().toBuffer();
  return { bytes, station, part, groupSince };
}

it('does not refuse its own splits where a group has photographs of two stations', async () => {
  const photographs = await Promise.all([
    ...Array.from({ length: 24 }, (_, index) => photograph(before(index + 1), 'here', `p${index}`)),
    ...Array.from({ length: 12 }, (_, index) => photograph(grain(100 + index), 'there', `q${index}`)),
    // One of them again, under the name of the other station, and there first: their group is called by it.
    photograph(
      before(4).map((value) => 0.9 * value),
      'there',
      'r',
      '2026-03-01T09:00:00.000Z',
    ),
  ]);
  const box = { left: 10, top: 5, width: 20, height: 10, classId: 0, className: 'scratch' };
  const rows = photographs.map(({ bytes, station, part, groupSince }, index) => ({
    image_id: sha256(bytes),
    uri: `s3://images/${index}`,
    width: String(SIDE),
    height: String(SIDE),
    station,
    part,
    origin: 'upload',
    boxes: JSON.stringify([box]),
    labeling_job: 'job',
    event_time: '2026-03-04T10:00:00.000Z',
    group_since: groupSince,
  }));
  const objects = new Map(rows.map(({ uri }, index) => [uri, photographs[index]!.bytes]));
  const versions: Ledger[] = [];
  const stored = (ledger: Ledger) => ({ ledger, sha256: sha256(encodeLedger(ledger)) });
  const folder = await mkdtemp(join(tmpdir(), 'stations-'));
  try {
    await prepareDataset({
      asOf: '2026-03-04T10:00:00.000Z',
      settleSeconds: 1,
      storedRecords: 0,
      table: 'labels',
      snapshotUri: 's3://training/snapshot.json',
      outputFolder: (name) => join(folder, name),
      workingFolder: join(folder, 'working'),
      query: async function* (sql) {
        if (sql.startsWith('SELECT count')) yield { records: '0' };
        else yield* rows;
      },
      lineage: 'main',
      ledger: {
        latest: async () => undefined,
        version: async (version) => stored(versions[version - 1]!),
        add: async (ledger) => versions.push(ledger) > 0,
      },
      writeReport: async () => 's3://training/leaks.html',
      fetchObject: async (uri) => ({ bytes: objects.get(uri)!, metadata: {} }),
      log: () => {},
      now: () => Date.parse('2026-03-04T11:00:00.000Z'),
      sleep: async () => {},
    });
    const { images } = JSON.parse(await readFile(join(folder, 'snapshot/snapshot.json'), 'utf8'));
    expect(
      images.filter(({ station, group }: Record<string, string>) => !group?.startsWith(station ?? '')),
    ).not.toEqual([]);
    const archive = (split: string) => join(folder, split, `${split}.tar.gz`);
    const archives = { train: archive('train'), validation: archive('validation'), test: archive('test') };
    expect((await findLeaks(archives)).found).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);
