import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entriesOf, writeArchive } from '@assay/dataset';
import { tinyModel } from '@assay/inspector-core/testing';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evaluate-'));
});
afterEach(() => rm(folder, { recursive: true }));

const snapshot = { uri: 's3://training/runs/1/snapshot/snapshot.json', sha256: 'c'.repeat(64) };

/** A 32 × 32 picture with one 8 × 8 cell in this colour, in the place of the box `0.125 0.125 0.25 0.25`. */
function picture(colour: string) {
  const patch = { create: { width: 8, height: 8, channels: 3 as const, background: colour } };
  return sharp({ create: { width: 32, height: 32, channels: 3, background: '#000' } })
    .composite([{ input: patch, left: 0, top: 0 }])
    .png()
    .toBuffer();
}

interface TestImage {
  id: string;
  colour: string;
  labels: string;
}

const here = (classId: number) => `${classId} 0.125 0.125 0.25 0.25\n`;

async function run(images: readonly TestImage[], { names = ['red', 'blue'], model = 'whole', changed = false } = {}) {
  const { onnx, manifest } = tinyModel();
  const files = [
    { name: 'manifest.json', bytes: Buffer.from(JSON.stringify(manifest)) },
    { name: 'model.onnx', bytes: onnx },
  ];
  await writeArchive(join(folder, 'model.tar.gz'), entriesOf(model === 'whole' ? files : files.slice(0, 1)));
  const entries = [{ name: 'data.json', bytes: Buffer.from(JSON.stringify({ names, snapshot })) }];
  for (const { id, colour, labels } of images) {
    entries.push({ name: `images/${id}.png`, bytes: await picture(colour) });
    entries.push({ name: `labels/${id}.txt`, bytes: Buffer.from(labels) });
  }
  const { sha256 } = await writeArchive(join(folder, 'test.tar.gz'), entriesOf(entries));
  if (changed) {
    const bytes = await readFile(join(folder, 'test.tar.gz'));
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await writeFile(join(folder, 'test.tar.gz'), bytes);
  }
  const output = join(folder, 'out');
  await evaluate({
    model: join(folder, 'model.tar.gz'),
    test: join(folder, 'test.tar.gz'),
    testSha256: sha256,
    output,
    log: () => undefined,
  });
  return {
    evaluation: JSON.parse(await readFile(join(output, 'evaluation.json'), 'utf8')),
    report: await readFile(join(output, 'report.html'), 'utf8'),
  };
}

describe('evaluate', () => {
  it('refuses a test split of which a single bit was changed', async () => {
    const images = [{ id: 'a', colour: '#f00', labels: here(0) }];
    await expect(run(images, { changed: true })).rejects.toThrow(/test.tar.gz has the digest .*, but prepare-dataset/);
  });

  it('measures a model that finds everything', async () => {
    const { evaluation } = await run([
      { id: 'a', colour: '#f00', labels: here(0) },
      { id: 'b', colour: '#00f', labels: here(1) },
      { id: 'c', colour: '#000', labels: '' },
    ]);
    expect(evaluation).toMatchObject({
      metrics: { map: { value: 1 }, map50: { value: 1 }, map75: { value: 1 } },
      images: 3,
      truths: 2,
      coco: { ap: 1, apSmall: 1, apLarge: null, ar100: 1 },
      verdicts: { escaped: { count: 0, of: 2 }, overkilled: { count: 0, of: 1 } },
      snapshot,
      metadata: { snapshotSha256: snapshot.sha256, map50: '1.0000' },
    });
    expect(evaluation.classes.map((c: { className: string; ap50: number }) => [c.className, c.ap50])).toEqual([
      ['red', 1],
      ['blue', 1],
    ]);
  });

  it('counts defects that escape and good parts that fail, by the verdict at the threshold', async () => {
    // Below the threshold of 0.5 a defect is passed, yet for the precision over all recalls it was found.
    const { evaluation } = await run([
      { id: 'a', colour: '#600000', labels: here(0) },
      { id: 'b', colour: '#f00', labels: '' },
    ]);
    // One of one: with 95 % confidence the true rate is somewhere between 2.5 and 100 %.
    const all = { count: 1, of: 1, rate: { value: 1, low: expect.closeTo(0.025, 9), high: 1 } };
    expect(evaluation.verdicts).toEqual({ escaped: all, overkilled: all });
    // The false alarm is the more confident of the two: precision 1/2 at every recall.
    expect(evaluation.metrics.map50.value).toBeCloseTo(0.5, 9);
    expect(evaluation.classes[1]).toMatchObject({ className: 'blue', truths: 0, ap50: null });
  });

  it('reports on a page of its own, the worst image first, with boxes of truth and detection', async () => {
    const { report } = await run([
      { id: 'aaaa', colour: '#f00', labels: here(0) },
      { id: 'bbbb', colour: '#600000', labels: here(0) },
    ]);
    expect(report.indexOf('bbbb')).toBeLessThan(report.indexOf('aaaa'));
    expect(report).toContain('<b>pass</b> escaped, 1 missed');
    expect(report).toContain('1 of 2</b><span>defective parts passed: 1.3–98.7 % with 95 % confidence');
    expect(report).toContain('<polyline');
    expect(report.match(/data:image\/jpeg;base64,/g)).toHaveLength(2);
    expect(report.match(/stroke-dasharray/g)).toHaveLength(2);
    expect(report).toMatch(/stroke="#0072b2" stroke-width="0\.2"><title>red 1\.00/);
    // Nothing is loaded from elsewhere.
    expect(report).not.toMatch(/(?:src|href)="(?!data:)/);
  });

  it('refuses a test split without a defect, since it measures nothing', async () => {
    await expect(run([{ id: 'a', colour: '#000', labels: '' }])).rejects.toThrow(
      'None of the 1 test images has a defect',
    );
  });

  it('refuses a model of other classes, and an archive without the network', async () => {
    const images = [{ id: 'a', colour: '#f00', labels: here(0) }];
    await expect(run(images, { names: ['scratch'] })).rejects.toThrow('classes are red, blue, the test set');
    await expect(run(images, { model: 'manifest only' })).rejects.toThrow('has manifest.json; model.onnx and');
  });

  it('names a label that it can not read', async () => {
    await expect(run([{ id: 'a', colour: '#f00', labels: '0 0.5 x 1 1\n' }])).rejects.toThrow('"0 0.5 x 1 1"');
  });
});
