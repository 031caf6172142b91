import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArchive } from '@assay/dataset';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeLedger, type Ledger, type LedgerEntry } from './ledger.ts';
import type { LedgerStore } from './ledger-store.ts';
import { prepareDataset } from './prepare-dataset.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Ten parts with two photographs each; of every part the second has no defect. */
async function labelStore() {
  const objects = new Map<string, Uint8Array>();
  const notes = new Map<string, Record<string, string>>();
  const rows: Record<string, string>[] = [];
  for (let index = 0; index < 20; index++) {
    const part = `p${Math.floor(index / 2)}`;
    const background = { r: 10 * index, g: 20, b: 200 };
    const bytes = await sharp({ create: { width: 40, height: 20, channels: 3, background } })
      .png()
      .toBuffer();
    const uri = `s3://images/incoming/s1/${part}/${index}.png`;
    objects.set(uri, bytes);
    const box = { left: 10, top: 5, width: 20, height: 10, classId: 0, className: 'scratch' };
    rows.push({
      image_id: sha256(bytes),
      uri,
      width: '40',
      height: '20',
      station: 's1',
      part,
      origin: 'upload',
      boxes: JSON.stringify(index % 2 === 0 ? [box] : []),
      labeling_job: 'job-1',
      event_time: '2026-03-04T10:00:00.000Z',
      group_since: '2026-03-04T10:00:00.000Z',
    });
  }
  return { objects, notes, rows };
}

/** Grain under so much light; the same grain for the same seed. */
async function surface(seed: number, light: number): Promise<Uint8Array> {
  const grain = sharp({
    create: {
      width: 64,
      height: 64,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  });
  const known = surfaces.get(seed) ?? (await grain.resize(192, 192).png().toBuffer());
  surfaces.set(seed, known);
  return sharp(known).linear(light).png().toBuffer();
}
const surfaces = new Map<number, Buffer>();

/** A lineage in memory. */
function ledgerInMemory(): LedgerStore & { versions: Ledger[] } {
  const versions: Ledger[] = [];
  const stored = (ledger: Ledger | undefined) => ledger && { ledger, sha256: sha256(encodeLedger(ledger)) };
  return {
    versions,
    latest: async () => stored(versions.at(-1)),
    version: async (version) => stored(versions[version - 1]) ?? Promise.reject(new Error(`no version ${version}`)),
    add: async (ledger) => ledger.version === versions.length + 1 && versions.push(ledger) > 0,
  };
}

let folder: string;
let ledger: ReturnType<typeof ledgerInMemory>;
beforeEach(async () => {
  ledger = ledgerInMemory();
  folder = await mkdtemp(join(tmpdir(), 'prepare-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function prepare(
  into: string,
  { objects, notes, rows }: Awaited<ReturnType<typeof labelStore>>,
  shows: (writtenBy: string) => number = () => 20,
) {
  const lines: string[] = [];
  let clock = Date.parse('2026-03-04T10:05:00.000Z');
  await prepareDataset({
    asOf: '2026-03-04T10:00:00.000Z',
    settleSeconds: 900,
    storedRecords: 20,
    table: 'labels',
    snapshotUri: 's3://training/runs/1/snapshot/snapshot.json',
    outputFolder: (name) => join(folder, into, name),
    workingFolder: join(folder, into, 'working'),
    query: async function* (sql) {
      const writtenBy = /from_iso8601_timestamp\('([^']+)'\)/.exec(sql)?.[1] ?? '';
      if (sql.startsWith('SELECT count')) yield { records: String(shows(writtenBy)) };
      else yield* rows;
    },
    lineage: 'main',
    ledger,
    async writeReport(name, page) {
      await writeFile(join(folder, name), page);
      return `s3://training/${name}`;
    },
    fetchObject: async (uri) => {
      const bytes = objects.get(uri);
      if (bytes === undefined) throw new Error(`no ${uri}`);
      return { bytes, metadata: notes.get(uri) ?? {} };
    },
    log: (line) => lines.push(line),
    now: () => clock,
    async sleep(milliseconds) {
      clock += milliseconds;
      lines.push(`slept ${milliseconds / 1000} s`);
    },
  });
  return lines;
}

async function filesOf(archive: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for await (const { name, bytes } of readArchive(archive)) files.set(name, bytes);
  return files;
}

/** The images that a snapshot tests on, and the digest that they have together. */
function testedIn(snapshot: Uint8Array): { imageIds: string[]; sha256: string } {
  const images: { imageId: string; split: string }[] = JSON.parse(Buffer.from(snapshot).toString()).images;
  const imageIds = images.filter(({ split }) => split === 'test').map(({ imageId }) => imageId);
  return { imageIds, sha256: sha256(Buffer.from(imageIds.map((id) => `${id}\n`).join(''))) };
}

describe('prepareDataset', () => {
  it('writes each image with its labels into the archive of its split, defect-free ones with empty labels', async () => {
    const store = await labelStore();
    await prepare('out', store);
    const snapshot = JSON.parse(await readFile(join(folder, 'out/snapshot/snapshot.json'), 'utf8'));
    const seen: string[] = [];
    for (const split of ['train', 'validation', 'test']) {
      const files = await filesOf(join(folder, 'out', split, `${split}.tar.gz`));
      const images = snapshot.images.filter((image: { split: string }) => image.split === split);
      expect([...files.keys()].sort()).toEqual(
        [
          'data.json',
          ...images.flatMap(({ imageId }: { imageId: string }) => [`images/${imageId}.png`, `labels/${imageId}.txt`]),
        ].sort(),
      );
      for (const { imageId, uri, boxes } of images) {
        expect(Buffer.from(files.get(`images/${imageId}.png`) ?? [])).toEqual(store.objects.get(uri));
        expect(Buffer.from(files.get(`labels/${imageId}.txt`) ?? []).toString()).toBe(
          boxes.length === 0 ? '' : '0 0.500000 0.500000 0.500000 0.500000\n',
        );
        seen.push(imageId);
      }
      expect(images.length).toBeGreaterThan(0);
    }
    expect(seen.sort()).toEqual(store.rows.map((row) => row.image_id).sort());
  });

  it('leaves out a box of which nothing can be seen, and says so', async () => {
    const store = await labelStore();
    const box = { left: 10, top: 5, width: 20, height: 10, classId: 0, className: 'scratch' };
    for (const row of store.rows) row.boxes = JSON.stringify([box, { ...box, width: 1e-6 }]);
    const lines = await prepare('out', store);
    const left = lines.flatMap((line) => /^(\w+): (\d+) boxes are left out/.exec(line)?.[2] ?? []);
    expect(left.reduce((sum, count) => sum + Number(count), 0)).toBe(20);
    for (const [name, bytes] of await filesOf(join(folder, 'out/train/train.tar.gz')))
      if (name.startsWith('labels/'))
        expect(Buffer.from(bytes).toString()).toBe('0 0.500000 0.500000 0.500000 0.500000\n');
  });

  it('makes no dataset with a split that has no defect, and says what helps', async () => {
    const store = await labelStore();
    for (const [index, row] of store.rows.entries()) if (index >= 2) row.boxes = '[]';
    await expect(prepare('out', store)).rejects.toThrow(
      /show 1 defects, of which none is in \w+ and \w+; .* Upload and label photographs of more parts with defects/,
    );
    expect(existsSync(join(folder, 'out/snapshot'))).toBe(false);
  });

  it('tells the archives and the snapshot by their digests', async () => {
    await prepare('out', await labelStore());
    const snapshot = await readFile(join(folder, 'out/snapshot/snapshot.json'));
    const channels = JSON.parse(await readFile(join(folder, 'out/snapshot/channels.json'), 'utf8'));
    expect(channels.metadata).toEqual({ snapshotSha256: sha256(snapshot), imageCount: '20' });
    const train = await readFile(join(folder, 'out/train/train.tar.gz'));
    expect(channels.channels.train).toMatchObject({ sha256: sha256(train), bytes: train.length });
    const data = (await filesOf(join(folder, 'out/test/test.tar.gz'))).get('data.json') ?? Buffer.of();
    expect(JSON.parse(Buffer.from(data).toString())).toMatchObject({
      names: ['scratch'],
      snapshot: { uri: 's3://training/runs/1/snapshot/snapshot.json', sha256: sha256(snapshot) },
    });
  });

  it('keeps parts together whose photographs share pixels, and says so', async () => {
    const store = await labelStore();
    const copies = [0, 6, 11, 13].map((index, at) => ({ row: store.rows[index]!, light: 1 - at / 20 }));
    for (const { row, light } of copies) {
      const bytes = await surface(1, light);
      row.image_id = sha256(bytes);
      store.objects.set(row.uri ?? '', bytes);
    }
    const lines = await prepare('out', store);
    expect(lines).toContain('4 images share pixels with one of another part: such parts stay together');

    const { images, nearDuplicates } = JSON.parse(await readFile(join(folder, 'out/snapshot/snapshot.json'), 'utf8'));
    const together = images.filter(({ part }: { part: string }) => ['p0', 'p3', 'p5', 'p6'].includes(part));
    expect(together).toHaveLength(8);
    expect(new Set(together.map(({ group, split }: Record<string, string>) => `${group} ${split}`)).size).toBe(1);
    expect(nearDuplicates).toHaveLength(6);
    expect(nearDuplicates[0]).toEqual({
      images: [expect.stringMatching(/^[0-9a-f]{64}$/), expect.stringMatching(/^[0-9a-f]{64}$/)],
      likeness: expect.closeTo(1, 1),
    });
    const [{ split, group }] = together;
    const data = (await filesOf(join(folder, `out/${split}/${split}.tar.gz`))).get('data.json') ?? Buffer.of();
    const { groups } = JSON.parse(Buffer.from(data).toString());
    for (const { imageId } of together) expect(groups[imageId]).toBe(group);
    expect(Object.keys(groups).sort()).toEqual(
      images
        .filter((image: { split: string }) => image.split === split)
        .map(({ imageId }: Record<string, string>) => imageId),
    );
  });

  it('keeps photographs of nobody knows what together that were taken right after each other', async () => {
    const store = await labelStore();
    // p0 and p1 are names of files; p2 is a part's name, whatever was taken a second later.
    const times = ['08:00:00', '08:00:00', '08:00:01', '08:00:01', '08:00:02', '08:00:02'];
    for (const [index, time] of times.entries())
      store.notes.set(store.rows[index]?.uri ?? '', {
        'captured-at': `2026-03-04T${time}.000Z`,
        ...(index < 4 && { 'part-from': 'file-name' }),
      });
    const lines = await prepare('out', store);
    expect(lines).toContain('1 bursts: photographs of nobody knows what, taken right after each other');
    const { images, bursts } = JSON.parse(await readFile(join(folder, 'out/snapshot/snapshot.json'), 'utf8'));
    const groupOf = (part: string) => images.find((image: Record<string, string>) => image.part === part)?.group;
    expect(groupOf('p0')).toBe(groupOf('p1'));
    expect(groupOf('p2')).toBe('s1/p2');
    expect(bursts.map((burst: string[]) => burst.length)).toEqual([4]);
  });

  it('takes an image that intake made of the upload, by the digest that it has noted', async () => {
    const store = await labelStore();
    const { uri = '' } = store.rows[6]!;
    const made = await surface(3, 1);
    store.objects.set(uri, made);
    store.notes.set(uri, { sha256: sha256(made) });
    await prepare('out', store);
    const { images } = JSON.parse(await readFile(join(folder, 'out/snapshot/snapshot.json'), 'utf8'));
    expect(images.filter((image: object) => 'sha256' in image)).toMatchObject([
      { imageId: store.rows[6]?.image_id, uri, sha256: sha256(made) },
    ]);
    store.objects.set(uri, await surface(4, 1));
    await expect(prepare('again', store)).rejects.toThrow('the object was overwritten');
  });

  it('leaves no image behind in its working folder', async () => {
    const store = await labelStore();
    await prepare('out', store);
    store.objects.delete('s3://images/incoming/s1/p3/6.png');
    await expect(prepare('again', store)).rejects.toThrow('no s3://images/incoming/s1/p3/6.png');
    for (const into of ['out', 'again']) expect(existsSync(join(folder, into, 'working'))).toBe(false);
  });

  it('says of what lineage it is, as of which version, and gives the same bytes when the lineage has gone on', async () => {
    const store = await labelStore();
    await prepare('first', { ...store, rows: store.rows.slice(0, 14) });
    const snapshot = await readFile(join(folder, 'first/snapshot/snapshot.json'));
    const { lineage } = JSON.parse(snapshot.toString());
    const [version] = ledger.versions;
    expect(lineage).toEqual({
      name: 'main',
      splits: { version: 1, sha256: sha256(encodeLedger(version!)) },
      testSet: { version: 1, sha256: testedIn(snapshot).sha256 },
    });
    await prepare('later', store);
    expect(ledger.versions).toHaveLength(2);
    await prepare('again', { ...store, rows: store.rows.slice(0, 14) });
    expect(await readFile(join(folder, 'again/snapshot/snapshot.json'))).toEqual(snapshot);
    expect(ledger.versions).toHaveLength(2);
  });

  it('calls a test set otherwise that lacks an image, and names what it lacks', async () => {
    const store = await labelStore();
    await prepare('first', store);
    const whole = testedIn(await readFile(join(folder, 'first/snapshot/snapshot.json')));
    const [rejected] = whole.imageIds;
    const rows = store.rows.filter(({ image_id }) => image_id !== rejected);
    const lines = await prepare('later', { ...store, rows });
    const snapshot = await readFile(join(folder, 'later/snapshot/snapshot.json'));
    const { lineage } = JSON.parse(snapshot.toString());
    expect(lineage.testSet).toEqual({ version: 1, sha256: testedIn(snapshot).sha256 });
    expect(lineage.testSet.sha256).not.toBe(whole.sha256);
    expect(lines).toContain(
      `1 images of the test set have no approved label as of 2026-03-04T10:00:00.000Z, so it lacks them: ${rejected}`,
    );
  });

  it('puts no image into an archive that is excluded, and says why', async () => {
    const store = await labelStore();
    await prepare('first', { ...store, rows: store.rows.filter((_, index) => index % 2 === 0) });
    const tested = ledger.versions[0]?.images.find(({ split }) => split === 'test');
    const lines = await prepare('later', store);
    const { images } = JSON.parse(await readFile(join(folder, 'later/snapshot/snapshot.json'), 'utf8'));
    const [excluded] = images.filter(({ split }: LedgerEntry) => split === 'excluded');
    expect(excluded).toMatchObject({
      part: tested?.part.slice(3),
      because: { rule: 'test-set-frozen', of: tested?.imageId },
    });
    expect(lines).toContainEqual(expect.stringMatching(/^\d images are left out: test-set-frozen$/));
    for (const split of ['train', 'validation', 'test'])
      expect([...(await filesOf(join(folder, `later/${split}/${split}.tar.gz`))).keys()].join()).not.toContain(
        excluded.imageId,
      );
  });

  it('refuses a split that was brought along and leaks, and shows the pairs', async () => {
    const store = await labelStore();
    for (const [index, light] of [
      [0, 1],
      [6, 0.9],
    ] as const) {
      const bytes = await surface(2, light);
      store.rows[index]!.image_id = sha256(bytes);
      store.objects.set(store.rows[index]!.uri ?? '', bytes);
    }
    const splitOf = (part: string) => (part === 'p3' ? 'test' : part === 'p4' ? 'validation' : 'train');
    const entries = store.rows
      .map(
        ({ image_id = '', part = '' }) =>
          ({ imageId: image_id, part: `s1/${part}`, split: splitOf(part), since: 1 }) as const,
      )
      .sort((a, b) => (a.imageId < b.imageId ? -1 : 1));
    const asOf = '2026-03-01T00:00:00.000Z';
    ledger.versions.push({
      format: 'assay.splits/1',
      lineage: 'main',
      version: 1,
      previous: null,
      asOf,
      given: true,
      images: entries,
    });
    await expect(prepare('out', store)).rejects.toThrow(
      /leaks: \d pairs of images in different splits show the same. They are shown in s3:\/\/training\/leaks.html/,
    );
    const page = await readFile(join(folder, 'leaks.html'), 'utf8');
    expect(page).toMatch(/<b>train<\/b> s1\/p0<br>[\s\S]*<b>test<\/b> s1\/p3<br>/);
    expect(page.match(/src="data:image\/jpeg;base64,/g)?.length).toBeGreaterThanOrEqual(2);
    expect(existsSync(join(folder, 'out/train'))).toBe(false);
    expect(ledger.versions).toHaveLength(1);
  });

  it('names the image that cannot be decoded', async () => {
    const store = await labelStore();
    const row = store.rows[6]!;
    const cut = (store.objects.get(row.uri ?? '') ?? Buffer.of()).subarray(0, 60);
    row.image_id = sha256(cut);
    store.objects.set(row.uri ?? '', cut);
    await expect(prepare('out', store)).rejects.toThrow(
      /p3\/6\.png can't be decoded: .* Reject the image in the label store/,
    );
  });

  it('gives the same bytes for the same labels, in whatever order they come', async () => {
    const store = await labelStore();
    await prepare('first', store);
    await prepare('second', { ...store, rows: store.rows.toReversed() });
    const files = ['snapshot/snapshot.json', 'snapshot/channels.json', 'train/train.tar.gz', 'test/test.tar.gz'];
    for (const file of [...files, 'snapshot/exports/images.parquet', 'snapshot/exports/coco-test.json']) {
      expect(await readFile(join(folder, 'second', file))).toEqual(await readFile(join(folder, 'first', file)));
    }
  });

  it('stops at an image that is no longer the one that was labelled', async () => {
    const store = await labelStore();
    store.objects.set('s3://images/incoming/s1/p3/6.png', Buffer.from('something else'));
    await expect(prepare('out', store)).rejects.toThrow(/p3\/6\.png has the digest .* the object was overwritten/);
  });

  it('waits on while the store shows fewer records than there are', async () => {
    const lines = await prepare('out', await labelStore(), (writtenBy) => (writtenBy < '2026-03-04T10:45' ? 15 : 20));
    expect(lines.slice(0, 7)).toEqual([
      'waiting 600 s until the label store has written everything of 2026-03-04T10:00:00.000Z',
      'slept 600 s',
      'the label store shows 15 of 20 records',
      'waiting 900 s until the label store has written everything of 2026-03-04T10:00:00.000Z',
      'slept 900 s',
      'the label store shows 15 of 20 records',
      'waiting 900 s until the label store has written everything of 2026-03-04T10:00:00.000Z',
    ]);
    const { query } = JSON.parse(await readFile(join(folder, 'out/snapshot/snapshot.json'), 'utf8'));
    expect(query).toContain("write_time <= from_iso8601_timestamp('2026-03-04T10:45:00.000Z')");
  });

  it('makes no dataset that lacks records', async () => {
    await expect(prepare('out', await labelStore(), () => 19)).rejects.toThrow(
      'The label store shows 19 of the 20 records that were stored by 2026-03-04T10:00:00.000Z.',
    );
  });

  it('waits until the store has written everything, then tells how far it is', async () => {
    const lines = await prepare('out', await labelStore());
    expect(lines.slice(0, 4)).toEqual([
      'waiting 600 s until the label store has written everything of 2026-03-04T10:00:00.000Z',
      'slept 600 s',
      'querying labels as of 2026-03-04T10:00:00.000Z',
      '20 approved images',
    ]);
    expect(lines.at(-1)).toMatch(
      /^snapshot [0-9a-f]{64}: classes scratch; boxes: train \d+, validation \d+, test \d+$/,
    );
  });
});
