import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArchiveEntry, entriesOf, writeArchive } from '@assay/dataset';
import type { ModelManifest } from '@assay/inspector-core';
import { type TinyModelVariant, tinyModel } from '@assay/inspector-core/testing';
import { z } from 'zod';
import { evaluate } from '../evaluate.ts';
import { readGate } from '../gate/rules.ts';
import { type Model, readModelArchive } from '../model-archive.ts';
import { runNetwork } from '../parity/network.ts';
import type { Quantize } from '../precision/quantize.ts';
import { channelFiles, parts, planesOf, type Shot } from './shots.ts';

export const snapshot = { uri: 's3://training/runs/1/snapshot/snapshot.json', sha256: 'c'.repeat(64) };

/** As strict as the gate of a line, for test splits of some hundred parts. */
export const strictGate: readonly Readonly<Record<string, unknown>>[] = [
  { rule: 'evidence', images: 60, defectiveParts: 30, goodParts: 15, partsOfEachClass: 15, undecided: 'refuse' },
  { rule: 'no-leak', undecided: 'refuse' },
  { rule: 'provenance', undecided: 'refuse' },
  { rule: 'memorised', confidence: 0.999, undecided: 'refuse' },
  { rule: 'ap50-floor', floor: 0.6, confidence: 0.95, undecided: 'refuse' },
  { rule: 'classes', floor: 0.4, drop: 0.1, undecided: 'refuse' },
  { rule: 'escape-budget', rate: 0.05, confidence: 0.95, undecided: 'refuse' },
  { rule: 'overkill-budget', rate: 0.2, confidence: 0.95, undecided: 'refuse' },
  { rule: 'champion', margin: 0.02, confidence: 0.95, undecided: 'refuse' },
  {
    rule: 'export-parity',
    images: 32,
    score: 0.01,
    pixels: 0.5,
    iou: 0.8,
    confidence: 0.1,
    agree: 0.95,
    undecided: 'refuse',
  },
  { rule: 'latency', median: 10_000, p99: 10_000, undecided: 'refuse' },
];

/** Everything that a run of the pipeline hands to Evaluate. What isn't given is as an honest run has it. */
export interface Scenario {
  readonly train?: readonly Shot[];
  readonly validation?: readonly Shot[];
  readonly test?: readonly Shot[];
  readonly names?: readonly string[];
  /** What the trainer exported. */
  readonly model?: TinyModelVariant;
  /** What it trained, of which it leaves the reference; the exported one where it isn't given, none with `false`. */
  readonly trained?: TinyModelVariant | false;
  /** The order of the channels in which the trainer feeds its network. */
  readonly fedAs?: 'rgb' | 'bgr';
  readonly manifest?: Partial<ModelManifest>;
  /** The approved model; none where it isn't given. */
  readonly champion?: TinyModelVariant;
  readonly championManifest?: Partial<ModelManifest>;
  /** The INT8 form of the model; it isn't asked for where it isn't given. */
  readonly int8?: TinyModelVariant;
  /** Median milliseconds an image of the float model and of the INT8 one. */
  readonly milliseconds?: readonly [number, number];
  readonly gate?: readonly Readonly<Record<string, unknown>>[];
}

const evaluationSchema = z.looseObject({
  gate: z.object({
    verdict: z.enum(['passed', 'refused']),
    rules: z.array(
      z.looseObject({
        rule: z.string(),
        status: z.enum(['passed', 'failed', 'undecided']),
        refuses: z.boolean(),
        reason: z.string(),
        numbers: z.record(z.string(), z.number().nullable()),
      }),
    ),
    notAsked: z.array(z.string()),
  }),
  metadata: z.record(z.string(), z.string()),
});

export interface Evaluated {
  readonly evaluation: z.output<typeof evaluationSchema>;
  readonly report: string;
  readonly log: readonly string[];
  /** What would go to the line. */
  readonly final: Model;
}

/** Runs the real `evaluate` on archives that are written for it. */
export async function runScenario(scenario: Scenario = {}): Promise<Evaluated> {
  const folder = await mkdtemp(join(tmpdir(), 'evaluate-'));
  try {
    return await run(folder, scenario);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Which rules refused, with their reasons. */
export function refusals({ evaluation }: Evaluated): [string, string][] {
  return evaluation.gate.rules.filter(({ refuses }) => refuses).map(({ rule, reason }) => [rule, reason]);
}

export function outcomeOf({ evaluation }: Evaluated, name: string) {
  const outcome = evaluation.gate.rules.find(({ rule }) => rule === name);
  if (outcome === undefined) throw new Error(`the gate has no rule ${name}`);
  return outcome;
}

async function run(folder: string, scenario: Scenario): Promise<Evaluated> {
  const { names = ['red', 'blue'] } = scenario;
  const splits = {
    train: scenario.train ?? parts('train', 6),
    validation: scenario.validation ?? parts('validation', 60),
    test: scenario.test ?? parts('test', 150),
  };
  const archive = async (name: string, entries: readonly ArchiveEntry[]) => {
    const file = join(folder, `${name}.tar.gz`);
    return { file, ...(await writeArchive(file, entriesOf(entries))) };
  };
  const data = { names, snapshot };
  const train = await archive('train', await channelFiles(splits.train, data));
  const validation = await archive('validation', await channelFiles(splits.validation, data));
  const test = await archive('test', await channelFiles(splits.test, data));

  const made = { snapshot, channels: { train: train.sha256, validation: validation.sha256 } };
  const exported = tinyModel(scenario.model);
  const model = await archive('model', [
    { name: 'manifest.json', bytes: json({ ...exported.manifest, ...made, ...scenario.manifest }) },
    { name: 'model.onnx', bytes: exported.onnx },
    ...(scenario.trained === false
      ? []
      : await referenceFiles(tinyModel(scenario.trained ?? scenario.model).onnx, splits.validation, scenario.fedAs)),
  ]);
  const championFolder = join(folder, 'champion');
  await mkdir(championFolder);
  await writeChampion(championFolder, scenario);

  const output = { evaluation: join(folder, 'out', 'evaluation'), model: join(folder, 'out', 'model') };
  const log: string[] = [];
  await evaluate({
    model: model.file,
    archives: { train: train.file, validation: validation.file, test: test.file },
    digests: { train: train.sha256, validation: validation.sha256, test: test.sha256 },
    snapshotSha256: snapshot.sha256,
    gate: readGate(scenario.gate ?? strictGate),
    champion: championFolder,
    quantize: quantizeAs(scenario.int8),
    timeInTurns: async () => scenario.milliseconds ?? [10, 5],
    output,
    log: (line) => log.push(line),
  });
  return {
    evaluation: evaluationSchema.parse(JSON.parse(await readFile(join(output.evaluation, 'evaluation.json'), 'utf8'))),
    report: await readFile(join(output.evaluation, 'report.html'), 'utf8'),
    log,
    final: await readModelArchive(join(output.model, 'model.tar.gz')),
  };
}

function quantizeAs(int8: TinyModelVariant | undefined): Quantize | undefined {
  if (int8 === undefined) return undefined;
  const { onnx, manifest } = tinyModel(int8);
  return async ({ manifest: float }) => ({
    ok: true,
    model: { onnx, manifest: { ...float, sha256: manifest.sha256, precision: 'int8' } },
  });
}

async function writeChampion(folder: string, { champion, championManifest }: Scenario): Promise<void> {
  if (champion === undefined) {
    return writeFile(join(folder, 'champion.json'), json({ format: 'assay.champion/1', champion: null }));
  }
  const { onnx, manifest } = tinyModel(champion);
  const entries = [
    { name: 'manifest.json', bytes: json({ ...manifest, ...championManifest }) },
    { name: 'model.onnx', bytes: onnx },
  ];
  const { sha256 } = await writeArchive(join(folder, 'model.tar.gz'), entriesOf(entries));
  const modelPackageArn = 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/7';
  const approved = { format: 'assay.champion/1', champion: { modelPackageArn, sha256 } };
  await writeFile(join(folder, 'champion.json'), json(approved));
}

/** What a trainer leaves of its own answers: here all sixteen anchors of an image. */
async function referenceFiles(
  onnx: Uint8Array,
  validation: readonly Shot[],
  fedAs: Scenario['fedAs'],
): Promise<ArchiveEntry[]> {
  const shots = validation.filter(({ texture }) => texture === undefined).slice(0, 32);
  const inputs = shots.map((shot) => {
    const planes = planesOf(shot);
    const [red, green, blue] = [0, 1, 2].map((channel) => planes.subarray(1024 * channel, 1024 * (channel + 1)));
    return fedAs === 'bgr' ? Buffer.concat([blue!, green!, red!]) : planes;
  });
  const outputs = await runNetwork(onnx, inputs, { width: 32, height: 32 });
  const images = shots.map(({ id }, index) => {
    const { values = new Float32Array(), dims = [] } = outputs[index] ?? {};
    const [, rows = 0, anchors = 0] = dims;
    const answers = Array.from({ length: anchors }, (_, anchor) => [
      anchor,
      ...Array.from({ length: rows }, (_, row) => values[row * anchors + anchor] ?? 0),
    ]);
    return { imageId: id, planes: `reference/${index}.rgb`, answers };
  });
  return [
    { name: 'reference.json', bytes: json({ format: 'assay.reference/1', images }) },
    ...inputs.map((bytes, index) => ({ name: `reference/${index}.rgb`, bytes })),
  ];
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
