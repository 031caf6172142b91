import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createInspector, readImageInput, readModelManifest } from '@assay/inspector-core';
import { attribute, indexGraph, readModel } from '@assay/quantization/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pictures, runJob, writeChannel, writeHyperparameters } from './testing/job.ts';
import { pythonForTests } from './testing/python.ts';

const python = await pythonForTests();
const withPython = describe.skipIf(python === undefined);
const quick = { epochs: '3', batchSize: '4', imageSize: '64', seed: '7' };
const SECONDS = 1000;
const networkWatch = join(import.meta.dirname, 'testing', 'network-watch');

async function jobFolder(hyperparameters: Record<string, string> = quick): Promise<string> {
  const base = await mkdtemp(join(tmpdir(), 'train-yolov8-test-'));
  const trainSha256 = await writeChannel(base, 'train', await pictures(12, 1));
  const validationSha256 = await writeChannel(base, 'validation', await pictures(6, 2));
  await writeHyperparameters(base, { ...hyperparameters, trainSha256, validationSha256 });
  return base;
}

const losses = (lines: readonly string[]) => lines.filter((line) => line.startsWith('epoch '));

const referenceSchema = z.strictObject({
  format: z.literal('assay.reference/1'),
  images: z.array(
    z.strictObject({ imageId: z.string(), planes: z.string(), answers: z.array(z.array(z.number())).min(1) }),
  ),
});

withPython('a training job of YOLOv8', { timeout: 240 * SECONDS }, () => {
  let base: string;
  let lines: readonly string[];
  beforeAll(async () => {
    base = await jobFolder();
    const end = await runJob(base, undefined, { PYTHONPATH: networkWatch });
    expect(end, end.lines.join('\n')).toMatchObject({ code: 0, failure: undefined });
    lines = end.lines;
  }, 240 * SECONDS);
  afterAll(() => rm(base, { recursive: true }));

  const model = (name: string) => readFile(join(base, 'model', name));

  it('prints what the regular expressions of the pipeline read, the model’s own figures last', () => {
    const told =
      /^epoch (\d) of 3, 3 batches of 4: train_class_loss=([0-9.]+); train_box_loss=([0-9.]+); val_map50=([0-9.]+); val_map=/;
    expect(losses(lines).map((line) => told.exec(line)?.[1])).toEqual(['1', '2', '3']);
    expect(lines.at(-1)).toMatch(/^completed 3 epochs after [0-9.]+ s; .*val_map50=[0-9.]+; val_map=[0-9.]+;$/);
  });

  it('leaves a manifest that names the model, its trainer and what it was trained on', async () => {
    const bytes = await model('manifest.json');
    const digest = async (channel: string) =>
      createHash('sha256')
        .update(await readFile(join(base, 'input', 'data', channel, `${channel}.tar.gz`)))
        .digest('hex');
    expect(readModelManifest(bytes)).toMatchObject({
      names: ['bright', 'dark'],
      imageSize: { width: 64, height: 32 },
      stride: 32,
      trainer: { name: 'ultralytics-yolov8n', seed: 7 },
      snapshot: { uri: 's3://training/snapshot.json', sha256: 'c'.repeat(64) },
    });
    expect(JSON.parse(bytes.toString())).toMatchObject({
      channels: { train: await digest('train'), validation: await digest('validation') },
    });
  });

  it('leaves a model that the inspector runs', async () => {
    const manifest = readModelManifest(await model('manifest.json'));
    const inspector = await createInspector({ model: await model('model.onnx'), manifest });
    try {
      const [picture] = await pictures(1, 3);
      expect(await inspector.inspect(picture?.bytes ?? Buffer.of())).toMatchObject({ width: 64, height: 32 });
    } finally {
      await inspector.close();
    }
  });

  it('exports no softmax but over the last axis, and no splits between convolutions, which are slow', async () => {
    const { graph } = readModel(await model('model.onnx'));
    const softmaxes = graph.node.filter(({ opType }) => opType === 'Softmax');
    expect(softmaxes.map((node) => attribute(node, 'axis')?.i)).toEqual([3n]);
    const { constants, consumers } = indexGraph(graph);
    const splits = graph.node.filter(({ opType }) => opType === 'Split').flatMap(({ output }) => output);
    expect(splits.flatMap((value) => consumers.get(value)).map((reader) => reader?.opType)).not.toContain('Conv');
    const convolutions = graph.node.filter(({ opType }) => opType === 'Conv');
    expect(convolutions.filter(({ input: [, weights = ''] }) => !constants.has(weights))).toEqual([]);
  });

  it('leaves the answers that PyTorch gave, which the exported network gives too', async () => {
    const reference = referenceSchema.parse(JSON.parse((await model('reference.json')).toString()));
    expect(reference.images.map(({ imageId }) => imageId)).toEqual(
      (await pictures(6, 2)).map(({ name }) => name.replace('.png', '')),
    );
    const [first] = await pictures(6, 2);
    const seen = await readImageInput(first?.bytes ?? Buffer.of(), { width: 64, height: 32 });
    expect(await model('reference/000.rgb')).toEqual(Buffer.from(seen.planes));
    const session = await InferenceSession.create(await model('model.onnx'));
    for (const { planes, answers } of reference.images) {
      const input = Float32Array.from(await model(planes), (value) => value / 255);
      const { output0 } = await session.run({ images: new Tensor('float32', input, [1, 3, 32, 64]) });
      const [, rows = 0, anchors = 0] = output0?.dims ?? [];
      expect(rows).toBe(6);
      for (const [anchor = -1, ...values] of answers) {
        values.forEach((value, row) => {
          // Boxes to a hundredth of a pixel, scores to a hundred-thousandth.
          expect(Number(output0?.data[row * anchors + anchor])).toBeCloseTo(value, row < 4 ? 2 : 5);
        });
      }
    }
    await session.release();
  });

  it('reads its channels and nothing from the network', () => {
    expect(lines.filter((line) => line.startsWith('reached for the network'))).toEqual([]);
  });

  it('learns the same from the same seed and something else from another', async () => {
    const [same, another] = [await jobFolder(), await jobFolder({ ...quick, seed: '8', epochs: '1' })];
    try {
      expect(losses((await runJob(same)).lines)).toEqual(losses(lines));
      const [first = ''] = losses((await runJob(another)).lines);
      expect(first.replace('of 1', 'of 3')).not.toEqual(losses(lines)[0]);
    } finally {
      await rm(same, { recursive: true });
      await rm(another, { recursive: true });
    }
  });

  it('honours steps, batch size, image size and model', async () => {
    // 12 images in batches of 6: 4 steps are 2 epochs.
    const other = await jobFolder({ steps: '4', batchSize: '6', imageSize: '96', seed: '1', model: 'yolov8s' });
    try {
      const told = losses((await runJob(other)).lines).map((line) => line.replace(/:.*/, ''));
      expect(told).toEqual(['epoch 1 of 2, 2 batches of 6', 'epoch 2 of 2, 2 batches of 6']);
      const manifest = readModelManifest(await readFile(join(other, 'model', 'manifest.json')));
      expect(manifest).toMatchObject({
        imageSize: { width: 96, height: 64 },
        trainer: { name: 'ultralytics-yolov8s' },
      });
      const { size } = await stat(join(other, 'model', 'model.onnx'));
      expect(size).toBeGreaterThan(3 * (await stat(join(base, 'model', 'model.onnx'))).size);
    } finally {
      await rm(other, { recursive: true });
    }
  });
});

withPython('a training job of YOLOv8 that is stopped', { timeout: 240 * SECONDS }, () => {
  let base: string;
  beforeEach(async () => {
    base = await jobFolder({ ...quick, epochs: '4' });
  });
  afterEach(() => rm(base, { recursive: true }));

  it('leaves a checkpoint and no model, goes on at the next epoch, and not with other hyperparameters', async () => {
    const stopped = await runJob(base, (line, job) => {
      if (line.startsWith('epoch 2 ')) job.kill('SIGTERM');
    });
    expect(stopped).toMatchObject({ code: 0, failure: undefined });
    expect(stopped.lines.at(-1)).toMatch(/^stopped;/);
    expect(await readdir(base)).not.toContain('model');
    expect(await readdir(join(base, 'checkpoints'))).toEqual(['checkpoint.zip']);

    await writeHyperparameters(base, { ...quick, epochs: '5' });
    const refused = await runJob(base);
    expect(refused).toMatchObject({
      code: 1,
      failure: expect.stringMatching(/checkpoint\.zip.*other hyperparameters/),
    });
    await rm(join(base, 'output'), { recursive: true });

    await writeHyperparameters(base, { ...quick, epochs: '4' });
    const resumed = await runJob(base);
    expect(resumed.code).toBe(0);
    const done = losses(stopped.lines).length;
    expect(resumed.lines).toContainEqual(expect.stringMatching(/^resuming after epoch \d of 4$/));
    expect(losses(resumed.lines)[0]).toMatch(new RegExp(`^epoch (${done}|${done + 1}) of 4`));
    expect(losses(resumed.lines).at(-1)).toMatch(/^epoch 4 of 4/);
    expect(await readdir(join(base, 'model'))).toContain('model.onnx');
  });

  it('goes on when its time was over as the checkpoint was written', async () => {
    await runJob(base, (line, job) => {
      if (line.startsWith('epoch 2 ')) job.kill('SIGTERM');
    });
    const program = `import json, sys, zipfile
path = sys.argv[1]
with zipfile.ZipFile(path) as archive: files = {name: archive.read(name) for name in archive.namelist()}
state = json.loads(files["state.json"])
files["state.json"] = json.dumps({**state, "epochs": state["epoch"]})
with zipfile.ZipFile(path, "w") as archive: [archive.writestr(*file) for file in files.items()]`;
    await promisify(execFile)(python ?? '', ['-c', program, join(base, 'checkpoints', 'checkpoint.zip')]);
    const resumed = await runJob(base);
    expect(resumed, resumed.lines.join('\n')).toMatchObject({ code: 0, failure: undefined });
    expect(await readdir(join(base, 'model'))).toContain('model.onnx');
  });

  it('ends early, with a model, when its time is over', async () => {
    await writeHyperparameters(base, { ...quick, epochs: '1000', maxSeconds: '0.1' });
    const { code, lines } = await runJob(base);
    expect(code).toBe(0);
    expect(lines.at(-1)).toMatch(/^completed 1 epochs/);
    expect(await readdir(join(base, 'model'))).toContain('model.onnx');
  });
});
