import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pictures, runJob, writeChannel, writeHyperparameters } from './testing/job.ts';
import { pythonForTests } from './testing/python.ts';

const python = await pythonForTests();

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'train-yolov8-test-'));
  await writeHyperparameters(base, { epochs: '1', imageSize: '64' });
});
afterEach(() => rm(base, { recursive: true }));

async function failure(): Promise<string> {
  const end = await runJob(base);
  expect(end.code, end.lines.join('\n')).toBe(1);
  return end.failure ?? '';
}

describe('the trainer yolov8 without Python', () => {
  it('fails saying how to get it', async () => {
    const { code, failure } = await runJob(base, undefined, { ASSAY_PYTHON: join(base, 'no-such-python') });
    expect(code).toBe(1);
    expect(failure).toMatch(
      /no Python with Ultralytics was found \(tried .*no-such-python\).*install\.sh.*Trainer=embedded/s,
    );
  });
});

describe.skipIf(python === undefined)('a training job of YOLOv8', () => {
  it.each([
    [{ epoch: '3' }, /epoch: is unknown\. Known are steps, epochs/],
    [{ imageSize: '100' }, /imageSize: must be a multiple of 32/],
    [{ epochs: 'many', seed: '-1' }, /epochs: must be a whole number.*; seed: must be a whole number/],
    [{ batchSize: '0' }, /batchSize: must be from 1 to/],
    [{ steps: '10', epochs: '2' }, /steps and epochs are both given/],
    [{ model: 'yolov9c' }, /model: must be one of yolov8n, /],
    [{ trainSha256: 'abc' }, /trainSha256: must be a sha256/],
  ])('refuses hyperparameters %j', async (values, reason) => {
    await writeHyperparameters(base, values);
    expect(await failure()).toMatch(reason);
  });

  it('refuses an archive that is another than was prepared', async () => {
    await writeChannel(base, 'train', await pictures(2, 1));
    await writeHyperparameters(base, { trainSha256: 'a'.repeat(64) });
    expect(await failure()).toMatch(/train\.tar\.gz can't be used: its digest is \w{64}, not a{64}: it was changed/);
  });

  it.each([
    ['2 0.5 0.5 0.1 0.1', /line 1 of labels\/picture-1-00\.txt has class 2; there are 2, from 0/],
    ['0 0.5 0.5 0.1', /isn't five numbers/],
    ['0 0.5 1.5 0.1 0.1', /lies outside of the image/],
    ['0 0.5 0.5 0 0.1', /has no area/],
  ])('names the line %j, which Ultralytics would leave out', async (line, reason) => {
    const [first, ...others] = await pictures(2, 1);
    if (!first) throw new Error('no pictures');
    await writeChannel(base, 'train', [{ ...first, labels: line }, ...others]);
    expect(await failure()).toMatch(reason);
  });

  it('names an image that is damaged', async () => {
    const [first, ...others] = await pictures(2, 1);
    if (!first) throw new Error('no pictures');
    await writeChannel(base, 'train', [{ ...first, bytes: first.bytes.subarray(0, 60) }, ...others]);
    expect(await failure()).toMatch(/images\/picture-1-00\.png \(60 bytes\) can't be decoded/);
  });

  it('refuses to learn from images of which none shows an object', async () => {
    const unlabelled = (await pictures(2, 1)).map((picture) => ({ ...picture, labels: '' }));
    await writeChannel(base, 'train', unlabelled);
    await writeChannel(base, 'validation', await pictures(2, 2));
    expect(await failure()).toMatch(/no training image has a labelled object: there is nothing to learn/);
  });

  it('refuses an archive with a path that leads out of it', async () => {
    const [first] = await pictures(1, 1);
    if (!first) throw new Error('no pictures');
    await writeChannel(base, 'train', [{ ...first, name: '../../../out.png' }]);
    expect(await failure()).toMatch(/images\/\.\.\/\.\.\/\.\.\/out\.png is none of data\.json/);
  });

  it('refuses an archive that was cut off', async () => {
    await writeChannel(base, 'train', await pictures(2, 1));
    const archive = join(base, 'input', 'data', 'train', 'train.tar.gz');
    const bytes = await readFile(archive);
    await writeFile(archive, bytes.subarray(0, bytes.length >> 1));
    expect(await failure()).toMatch(/train\.tar\.gz can't be used/);
  });

  it('says what to do about a checkpoint that is damaged, whatever its zip looks like now', async () => {
    await writeChannel(base, 'train', await pictures(2, 1));
    await writeChannel(base, 'validation', await pictures(2, 2));
    await mkdir(join(base, 'checkpoints'));
    const checkpoint = join(base, 'checkpoints', 'checkpoint.zip');
    const program = "import sys, zipfile\nzipfile.ZipFile(sys.argv[1], 'w').writestr('state.json', '{}')";
    await promisify(execFile)(python ?? '', ['-c', program, checkpoint]);
    const bytes = await readFile(checkpoint);
    // How the file is compressed, as the zip's directory says: 0 becomes 128, which is no method.
    const method = bytes.indexOf('PK\x01\x02') + 10;
    bytes[method] = (bytes[method] ?? 0) ^ 128;
    await writeFile(checkpoint, bytes);
    expect(await failure()).toMatch(/checkpoint\.zip can't be used \(.*method.*\): delete it to train from the start/);
  });
});
