import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkArchive } from '@assay/dataset';
import { evaluationOf } from './evaluation.ts';
import { measure } from './measure.ts';
import { readModelArchive } from './model-archive.ts';
import { renderReport } from './report/report.ts';
import { readTestSet } from './test-set.ts';

export interface EvaluateOptions {
  /** A training's `model.tar.gz`. */
  readonly model: string;
  /** The test split's `test.tar.gz`. */
  readonly test: string;
  /** Its digest, as prepare-dataset noted it. */
  readonly testSha256: string;
  /** Folder for `evaluation.json` and `report.html`. */
  readonly output: string;
  readonly log: (line: string) => void;
}

/**
 * Measures a trained model on the test split with the inspector of the line, and writes down the figures and a report.
 *
 * @throws Error naming what is wrong with the model or the test split
 */
export async function evaluate({ model, test, testSha256, output, log }: EvaluateOptions): Promise<void> {
  const trained = await readModelArchive(model);
  await checkArchive(test, testSha256);
  const testSet = await readTestSet(test);
  log(`inspecting ${testSet.images.length} test images`);
  const measurement = await measure(trained, testSet, log);
  const evaluation = evaluationOf(measurement, trained.manifest, testSet.data);
  await mkdir(output, { recursive: true });
  await writeFile(join(output, 'evaluation.json'), `${JSON.stringify(evaluation, null, 1)}\n`);
  await writeFile(join(output, 'report.html'), await renderReport(evaluation, measurement));

  const { metrics, verdicts } = evaluation;
  log(`test_map50=${metrics.map50.value.toFixed(4)}; test_map=${metrics.map.value.toFixed(4)};`);
  log(
    `${verdicts.escaped.count} of ${verdicts.escaped.of} defective parts passed, ${verdicts.overkilled.count} of ${verdicts.overkilled.of} good ones failed`,
  );
}
