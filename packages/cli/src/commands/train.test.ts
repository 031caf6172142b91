import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateTags } from '@assay/synthetic-tags';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Terminal } from '../output/terminal.ts';
import { type TrainOptions, train } from './train.ts';

const quick = { steps: '44', batchSize: '2', imageSize: '64', workers: '1' };

describe('assay train', () => {
  let folder: string;
  let options: TrainOptions;
  let results: unknown[];
  const terminal: Terminal = {
    json: false,
    say: () => {},
    result: (value) => {
      results.push(value);
    },
    progress: () => {},
    progressDone: () => {},
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-train-'));
    results = [];
    const data = join(folder, 'annotations.json');
    await writeTags(folder, data);
    const output = join(folder, 'run');
    options = { data, output, resume: false, hyperparameters: quick, stop: new AbortController().signal };
  });
  afterEach(() => rm(folder, { recursive: true }));

  const read = (...path: string[]) => readFile(join(folder, 'run', ...path));

  it('leaves a model with its manifest and a page with the curves', async () => {
    await train(terminal, options);
    expect((await readdir(join(folder, 'run'))).toSorted()).toEqual(['history.json', 'model', 'training.html']);
    const manifest = JSON.parse(String(await read('model', 'manifest.json')));
    expect(manifest).toMatchObject({
      imageSize: { width: 64, height: 64 },
      snapshot: { uri: expect.stringMatching(/annotations\.json$/) },
    });
    const page = String(await read('training.html'));
    expect(page).toContain('Step 44 of 44: completed.');
    expect(page).not.toContain('http-equiv');
    const history = JSON.parse(String(await read('history.json')));
    expect(history.losses.at(-1).step).toBe(44);
    expect(history.measurements.length).toBeGreaterThan(4);
    expect(results).toMatchObject([{ status: 'completed', step: 44 }]);
  });

  it('goes on after an interruption to the same model and curves, and only when it is told to', async () => {
    await train(terminal, { ...options, output: join(folder, 'unbroken') });
    const interruption = new AbortController();
    const interrupting = { ...terminal, progress: () => interruption.abort() };
    await train(interrupting, { ...options, stop: interruption.signal });
    expect(await readdir(join(folder, 'run'))).toContain('checkpoint.bin');
    expect(await readdir(join(folder, 'run'))).not.toContain('model');
    expect(String(await read('training.html'))).toContain(': stopped.');

    await expect(train(terminal, options)).rejects.toMatchObject({ remedy: expect.stringMatching(/--resume/) });
    const others = { ...options, resume: true, hyperparameters: { ...quick, seed: '2' } };
    await expect(train(terminal, others)).rejects.toThrow(/refused: the checkpoint belongs to a run with other/);
    await train(terminal, { ...options, resume: true });
    const unbroken = (...path: string[]) => readFile(join(folder, 'unbroken', ...path));
    expect((await read('model', 'model.onnx')).equals(await unbroken('model', 'model.onnx'))).toBe(true);
    const measurements = async (history: Buffer) => JSON.parse(String(history)).measurements;
    expect(await measurements(await read('history.json'))).toEqual(await measurements(await unbroken('history.json')));
  });

  it('names the annotations that it read, whatever becomes of the file meanwhile', async () => {
    const sha256 = createHash('sha256')
      .update(await readFile(options.data))
      .digest('hex');
    const removed: Promise<void>[] = [];
    const removing = { ...terminal, progress: () => removed.push(rm(options.data, { force: true })) };
    await train(removing, { ...options, hyperparameters: { ...quick, steps: '2' } });
    await Promise.all(removed);
    expect(JSON.parse(String(await read('model', 'manifest.json')))).toMatchObject({ snapshot: { sha256 } });
  });

  it('leaves what an earlier run has shown alone when it is refused, and goes on with nothing else', async () => {
    await expect(train(terminal, { ...options, resume: true })).rejects.toThrow(/no training that was interrupted/);
    const interruption = new AbortController();
    const interrupting = { ...terminal, progress: () => interruption.abort() };
    await train(interrupting, { ...options, stop: interruption.signal });
    const [history, page] = [await read('history.json'), await read('training.html')];
    const bare = join(folder, 'bare.json');
    await writeFile(bare, JSON.stringify({ ...JSON.parse(await readFile(options.data, 'utf8')), annotations: [] }));
    const barely = { ...options, data: bare, resume: true };
    await expect(train(terminal, barely)).rejects.toThrow(/refused: no training image/);
    expect(await read('history.json')).toEqual(history);
    expect(await read('training.html')).toEqual(page);
  });

  it('does not replace the model of a training that is over', async () => {
    const short = { ...options, hyperparameters: { ...quick, steps: '2' } };
    await train(terminal, short);
    const model = await read('model', 'model.onnx');
    const other = { ...short, hyperparameters: { ...quick, steps: '2', seed: '2' } };
    await expect(train(terminal, other)).rejects.toMatchObject({
      message: expect.stringMatching(/model is the model of a training that is over/),
      remedy: expect.stringMatching(/--output/),
    });
    expect(await read('model', 'model.onnx')).toEqual(model);
    expect(await readdir(join(folder, 'run'))).not.toContain('checkpoint.bin');
  });

  it('learns nothing from crowds, and says how many there are', async () => {
    const { annotations, ...rest } = JSON.parse(await readFile(options.data, 'utf8'));
    const crowds = annotations.map((annotation: object) => ({ ...annotation, iscrowd: 1 }));
    await writeFile(options.data, JSON.stringify({ ...rest, annotations: crowds }));
    const said: string[] = [];
    const listening = { ...terminal, say: (line = '') => said.push(line) };
    await expect(train(listening, options)).rejects.toThrow(/no training image has a labelled object/);
    expect(said.join()).toMatch(/\(iscrowd 1\): \d+ to train on, .* and \d+ to validate with/);
  });

  it('says what is wrong with what it was given', async () => {
    await expect(train(terminal, { ...options, hyperparameters: { imageSize: '100' } })).rejects.toThrow(
      /imageSize: must be a multiple of 32/,
    );
    await expect(train(terminal, { ...options, images: join(folder, 'elsewhere') })).rejects.toThrow(/can't be read/);
    const other = join(folder, 'other.json');
    await writeFile(other, (await readFile(options.data, 'utf8')).replaceAll('scratch', 'line'));
    await expect(train(terminal, { ...options, validation: other })).rejects.toThrow(/other categories/);
    await expect(train(terminal, { ...options, validation: options.data })).rejects.toThrow(/have in one group/);
    const ungrouped = join(folder, 'ungrouped.json');
    await writeFile(ungrouped, (await readFile(options.data, 'utf8')).replaceAll('"group"', '"_"'));
    const same = { ...options, data: ungrouped, validation: ungrouped };
    await expect(train(terminal, same)).rejects.toThrow(/the same picture, to validate with/);
    await expect(train(terminal, { ...options, splits: join(folder, 'none.json') })).rejects.toThrow(/can't be read/);
  });
});

/** Generated photographs of a few tags, as COCO. */
async function writeTags(folder: string, annotations: string): Promise<void> {
  await mkdir(join(folder, 'images'));
  const names = new Map<string, number>();
  const idOf = (name: string) => names.get(name) ?? names.set(name, names.size + 1).get(name);
  const coco = { images: [] as object[], annotations: [] as object[], categories: [] as object[] };
  for await (const { fileName, jpeg, width, height, part, boxes } of generateTags({
    seed: 1,
    tags: 8,
    shotsPerTag: 2,
    defectFreeShare: 0,
  })) {
    const id = coco.images.length + 1;
    await writeFile(join(folder, 'images', fileName), jpeg);
    coco.images.push({ id, file_name: fileName, width, height, group: part });
    for (const box of boxes)
      coco.annotations.push({
        image_id: id,
        category_id: idOf(box.className),
        bbox: [box.left, box.top, box.width, box.height],
      });
  }
  coco.categories = [...names].map(([name, id]) => ({ id, name }));
  await writeFile(annotations, JSON.stringify(coco));
}
