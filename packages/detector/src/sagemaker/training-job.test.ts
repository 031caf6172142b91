import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInspector, readModelManifest } from '@assay/inspector-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { squares } from '../testing/squares.ts';
import { channelFiles, writeChannel, writeHyperparameters } from '../testing/training-folder.ts';
import { runTrainingJob } from './training-job.ts';

const quick = { steps: '40', batchSize: '2', imageSize: '64', seed: '7', workers: '1' };

describe('training job', () => {
  let baseDir: string;
  let lines: string[];
  const print = (line: string) => {
    lines.push(line);
  };

  beforeEach(async () => {
    baseDir = await mkdtemp(join(tmpdir(), 'training-job-'));
    lines = [];
    await writeHyperparameters(baseDir, quick);
    await writeChannel(baseDir, 'train', await channelFiles(squares(12, 1)));
    await writeChannel(baseDir, 'validation', await channelFiles(squares(4, 2)));
  });
  afterEach(() => rm(baseDir, { recursive: true }));

  const model = () => readFile(join(baseDir, 'model', 'model.onnx'));
  const digest = async (channel: string) => {
    const archive = await readFile(join(baseDir, 'input', 'data', channel, `${channel}.tar.gz`));
    return createHash('sha256').update(archive).digest('hex');
  };
  const failure = () => readFile(join(baseDir, 'output', 'failure'), 'utf8');

  it('leaves a model and a manifest that the inspector accepts, and prints its metrics', async () => {
    expect(await runTrainingJob({ baseDir, print })).toBe(0);
    const manifest = readModelManifest(await readFile(join(baseDir, 'model', 'manifest.json')));
    expect(manifest).toMatchObject({
      names: ['bright', 'dark'],
      imageSize: { width: 64, height: 64 },
      stride: 32,
      sha256: createHash('sha256')
        .update(await model())
        .digest('hex'),
      trainer: { name: 'assay-embedded', seed: 7 },
      snapshot: { uri: 's3://snapshots/1.json' },
      channels: { train: await digest('train'), validation: await digest('validation') },
    });
    const measured = lines.filter((line) => /val_map50=([0-9.]+);/.test(line));
    expect(measured.length).toBeGreaterThan(1);
    expect(lines.at(-1)).toMatch(/completed at step 40 .*val_map50=[0-9.]+; val_map=[0-9.]+;/);
    expect(lines.some((line) => /step 20 of 40: train_class_loss=[0-9.]+;/.test(line))).toBe(true);
    expect(await readdir(baseDir)).not.toContain('output');
  });

  it('leaves its own answers on validation images, which the exported model repeats', async () => {
    await runTrainingJob({ baseDir, print });
    const reference = JSON.parse(await readFile(join(baseDir, 'model', 'reference.json'), 'utf8'));
    expect(reference.format).toBe('assay.reference/1');
    expect(reference.images.map(({ imageId }: { imageId: string }) => imageId)).toEqual(
      [0, 1, 2, 3].map((image) => `image-${image}`),
    );
    const [{ planes, answers }] = reference.images;
    const bytes = await readFile(join(baseDir, 'model', planes));
    const images = new Tensor(
      'float32',
      Float32Array.from(bytes, (byte) => byte / 255),
      [1, 3, 64, 64],
    );
    const { output0 } = await (await InferenceSession.create(await model())).run({ images });
    const [anchor, ...values] = answers[0];
    for (const [row, value] of values.entries()) {
      expect(Math.abs(Number(output0?.data[row * 84 + anchor]) - value)).toBeLessThan(1e-3);
    }
  });

  it('leaves a model whose input has the photographs’ shape', async () => {
    for (const [channel, count, seed] of [
      ['train', 12, 1],
      ['validation', 4, 2],
    ] as const) {
      const files = Object.entries(await channelFiles(squares(count, seed)));
      // Beside each square lies as much grey again.
      const wide = files.map(async ([name, content]) => {
        if (name.endsWith('.png')) return [name, await sharp(content).extend({ right: 64 }).png().toBuffer()];
        if (!name.endsWith('.txt')) return [name, content];
        const [classId, x, y, width, height] = String(content).split(' ').map(Number);
        return [name, `${classId} ${x! / 2} ${y} ${width! / 2} ${height}`];
      });
      await writeChannel(baseDir, channel, Object.fromEntries(await Promise.all(wide)));
    }
    expect(await runTrainingJob({ baseDir, print })).toBe(0);
    const manifest = readModelManifest(await readFile(join(baseDir, 'model', 'manifest.json')));
    expect(manifest.imageSize).toEqual({ width: 64, height: 32 });
    expect(lines[0]).toBe("12 images to train on, 4 to validate with; the model's input: 64 × 32 pixels; 40 steps");
    const inspector = await createInspector({ model: await model(), manifest });
    const photograph = await sharp({ create: { width: 128, height: 64, channels: 3, background: '#777' } })
      .png()
      .toBuffer();
    expect(await inspector.inspect(photograph)).toMatchObject({ width: 128, height: 64 });
    await inspector.close();
    expect(await readFile(join(baseDir, 'model', 'reference', '000.rgb'))).toHaveLength(3 * 32 * 64);
  });

  it('leaves a checkpoint and no model when it is stopped, and goes on to the model of an unbroken run', async () => {
    await runTrainingJob({ baseDir, print });
    const unbroken = await model();
    await rm(join(baseDir, 'checkpoints'), { recursive: true });
    await rm(join(baseDir, 'model'), { recursive: true });

    const stop = new AbortController();
    const stopEarly = (line: string) => {
      print(line);
      if (line.startsWith('step 20')) stop.abort();
    };
    expect(await runTrainingJob({ baseDir, print: stopEarly, stop: stop.signal })).toBe(0);
    expect(lines.at(-1)).toMatch(/stopped at step \d+; the checkpoint is written/);
    expect(await readdir(baseDir)).not.toContain('model');

    expect(await runTrainingJob({ baseDir, print })).toBe(0);
    expect(lines.some((line) => line.startsWith('resuming from the checkpoint of step'))).toBe(true);
    expect((await model()).equals(unbroken)).toBe(true);
  });

  it.each([
    [{ ...quick, epoch: '3' }, /"epoch".*Known are steps, epochs/],
    [{ ...quick, imageSize: '100' }, /imageSize: must be a multiple of 32/],
    [{ ...quick, learningRate: 'fast' }, /learningRate: must be a number/],
    [{ ...quick, epochs: '2' }, /both steps and epochs/],
    [{ ...quick, size: 'huge' }, /size: .*nano/],
    [{ ...quick, mosaic: '1.5' }, /mosaic: /],
    [{ ...quick, batchSize: '5', workers: '2' }, /batchSize 5 can't be shared by 2 workers/],
  ])('refuses hyperparameters %j', async (values, reason) => {
    await writeHyperparameters(baseDir, values);
    expect(await runTrainingJob({ baseDir, print })).toBe(1);
    expect(await failure()).toMatch(reason);
  });

  it('says which file of which channel is wrong', async () => {
    const files = await channelFiles(squares(2, 1));
    await writeChannel(baseDir, 'train', { ...files, 'labels/image-1.txt': '0 0.5 0.5 0.1 0.1\n7 0.5 0.5 0.1 0.1' });
    expect(await runTrainingJob({ baseDir, print })).toBe(1);
    expect(await failure()).toMatch(/train\.tar\.gz can't be used: line 2 of labels\/image-1\.txt has class 7/);

    const { 'labels/image-0.txt': _, ...unlabelled } = files;
    await writeChannel(baseDir, 'train', unlabelled);
    await runTrainingJob({ baseDir, print });
    expect(await failure()).toMatch(/it has no labels\/image-0\.txt/);

    await writeChannel(baseDir, 'train', { ...files, 'images/image-0.png': 'not an image' });
    await runTrainingJob({ baseDir, print });
    expect(await failure()).toMatch(/images\/image-0\.png: /);

    await rm(join(baseDir, 'input', 'data', 'validation', 'validation.tar.gz'));
    await writeChannel(baseDir, 'train', files);
    await runTrainingJob({ baseDir, print });
    expect(await failure()).toMatch(/validation\.tar\.gz can't be used: ENOENT/);
  });

  it('refuses a channel that is not the one that was prepared', async () => {
    await writeHyperparameters(baseDir, { ...quick, trainSha256: '0'.repeat(64) });
    expect(await runTrainingJob({ baseDir, print })).toBe(1);
    expect(await failure()).toMatch(/train\.tar\.gz can't be used: its digest is \w+, not 000.*: it was changed since/);
  });

  it('counts an epoch as one look at every image', async () => {
    await writeHyperparameters(baseDir, { epochs: '1', batchSize: '4', imageSize: '64', workers: '1' });
    expect(await runTrainingJob({ baseDir, print })).toBe(0);
    expect(lines[0]).toBe("12 images to train on, 4 to validate with; the model's input: 64 × 64 pixels; 3 steps");
  });
});
