import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkArchive } from '@assay/dataset';
import type { ModelManifest } from '@assay/inspector-core';
import { confusionOf } from '@assay/vision';
import { ofChampion, readChampion } from './champion-folder.ts';
import { type Channel, readChannel } from './channel.ts';
import { evaluationOf, nothingToMeasure } from './evaluation.ts';
import type { Findings } from './gate/findings.ts';
import { judge, refusalOf } from './gate/verdict.ts';
import { findLeaks, leakingImages } from './leaks.ts';
import { atThreshold, type Measurement, measure } from './measurement.ts';
import { type Model, readModelArchive, writeModelArchive } from './model-archive.ts';
import { chooseOperatingPoint } from './operating-point.ts';
import { examineParity } from './parity/parity.ts';
import { choosePrecision, type PrecisionOptions } from './precision/choose-precision.ts';
import { renderReport } from './report/report.ts';
import type { EvaluateSettings } from './settings.ts';

export interface EvaluateOptions extends Omit<EvaluateSettings, 'int8'>, Omit<PrecisionOptions, 'gate'> {
  /** A training's `model.tar.gz`. */
  readonly model: string;
  /** The splits' `<split>.tar.gz`. */
  readonly archives: Readonly<Record<'train' | 'validation' | 'test', string>>;
  /** Folder with the approved model, or the word that there is none. */
  readonly champion: string;
  /** Folders for `evaluation.json` and `report.html`, and for the `model.tar.gz` that goes to the line. */
  readonly output: { readonly evaluation: string; readonly model: string };
}

/**
 * Chooses a trained model's precision and threshold on the validation split, measures it on the test split with the inspector of the
 * line, and holds it against the gate's rules. Writes down the figures, the verdict with its reasons, a report, and
 * the model as it would go to the line.
 *
 * @throws Error naming what is wrong with the model or a split. A model that doesn't pass the gate is no error: the
 * verdict is in `evaluation.json`.
 */
export async function evaluate(options: EvaluateOptions): Promise<void> {
  const { archives, digests, output, gate, log } = options;
  const trained = await readModelArchive(options.model);
  for (const split of ['train', 'validation', 'test'] as const) await checkArchive(archives[split], digests[split]);
  const validationSplit = await readChannel(archives.validation);
  const testSplit = await readChannel(archives.test);
  checkNames(trained.manifest, testSplit);

  log(`inspecting ${validationSplit.images.length} validation images`);
  const chosen = await choosePrecision(trained, validationSplit, options);
  log(`${chosen.choice.precision}: ${chosen.choice.reason}`);
  const { confidence } = trained.manifest.thresholds;
  const operatingPoint = chooseOperatingPoint(chosen.validation.images, gate.operatingLimits, confidence);
  log(`confidence ${operatingPoint.confidence} from validation (${operatingPoint.choice})`);
  const final = atOperatingPoint(chosen.model, operatingPoint.confidence);
  const validation = atThreshold(chosen.validation, operatingPoint.confidence);

  log(`inspecting ${testSplit.images.length} test images`);
  const test = await measure(final, testSplit, log);
  if (test.precision.ap50 === undefined) throw nothingToMeasure(test.images.length);
  const leaks = await findLeaks(archives);
  const findings: Findings = {
    names: testSplit.data.names,
    manifest: final.manifest,
    prepared: { channels: digests, snapshotSha256: options.snapshotSha256 },
    leaks,
    operatingPoint,
    validation,
    test,
    confusion: confusionOf(test.results, testSplit.data.names.length, { confidence: operatingPoint.confidence }),
    champion: await measureChampion(options, testSplit),
    parity: await examineParity(trained, final, validation.images),
  };
  const verdict = judge(gate.rules, findings);

  await mkdir(output.model, { recursive: true });
  await mkdir(output.evaluation, { recursive: true });
  const modelSha256 = await writeModelArchive(join(output.model, 'model.tar.gz'), final);
  const evaluation = evaluationOf({
    findings,
    verdict,
    precision: chosen.choice,
    data: testSplit.data,
    modelSha256,
  });
  await writeFile(join(output.evaluation, 'evaluation.json'), `${JSON.stringify(evaluation, null, 1)}\n`);
  await writeFile(
    join(output.evaluation, 'report.html'),
    await renderReport(evaluation, findings, await leakingImages(archives, leaks)),
  );

  const { metrics, verdicts } = evaluation;
  log(`test_map50=${metrics.map50.value.toFixed(4)}; test_map=${metrics.map.value.toFixed(4)};`);
  log(
    `${verdicts.escaped.count} of ${verdicts.escaped.of} defective images passed, ${verdicts.overkilled.count} of ${verdicts.overkilled.of} good ones failed`,
  );
  for (const { rule, status, reason } of verdict.rules) log(`${status.padEnd(9)} ${rule}: ${reason}`);
  log(`gate: ${verdict.verdict}${verdict.verdict === 'refused' ? ` (${refusalOf(verdict)})` : ''}`);
}

/** A class id has to mean the same to the model and to the labels. */
function checkNames({ names }: ModelManifest, { data }: Channel): void {
  if (names.length === data.names.length && names.every((name, classId) => name === data.names[classId])) return;
  throw new Error(
    `The model's classes are ${names.join(', ')}, the test set's ${data.names.join(', ')}. ` +
      'Train and test on the same snapshot.',
  );
}

function atOperatingPoint({ onnx, manifest }: Model, confidence: number): Model {
  return { onnx, manifest: { ...manifest, thresholds: { ...manifest.thresholds, confidence } } };
}

async function measureChampion(
  { champion: folder, log }: EvaluateOptions,
  testSplit: Channel,
): Promise<Findings['champion']> {
  const champion = await readChampion(folder);
  if (champion === undefined) return undefined;
  const { modelPackageArn } = champion;
  log(`inspecting the test images with the champion ${modelPackageArn}`);
  const test: Measurement = await ofChampion(modelPackageArn, measure(champion, testSplit, log));
  return { modelPackageArn, names: champion.manifest.names, test };
}
