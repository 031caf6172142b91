import { rename, writeFile } from 'node:fs/promises';
import type { Measurement, TrainingInput, TrainingOutcome, TrainingSettings } from '@assay/detector';
import { duration, type Terminal } from '../output/terminal.ts';
import { type History, readHistory } from './history.ts';
import type { RunFiles } from './run-files.ts';
import { trainingPage } from './training-page.ts';

type StepReport = Parameters<NonNullable<TrainingInput['onStep']>>[0];

interface Run {
  readonly images: { readonly train: number; readonly validation: number };
  readonly settings: TrainingSettings;
  /** The step that is gone on from. */
  readonly from: number;
}

/** More points than this don't show in a curve: it is thinned out. */
const MOST_POINTS = 1000;
const MILLISECONDS_BETWEEN_PAGES = 3000;

/** Shows a run on the terminal and in a page that is kept up to date, with the curves of what an earlier part left. */
export async function startReport(terminal: Terminal, files: RunFiles, run: Run): Promise<ProgressReport> {
  const report = new ProgressReport(terminal, files, run, await readHistory(files.history, run.from));
  terminal.say(
    `${run.images.train} images to train on, ${run.images.validation} to validate with; ${run.settings.steps} steps. Curves: ${files.page}`,
  );
  return report;
}

class ProgressReport {
  readonly #terminal: Terminal;
  readonly #files: RunFiles;
  readonly #run: Run;
  readonly #history: History;
  #step: number;
  #pace: { imagesPerSecond: number; remainingMilliseconds: number } | undefined;
  #ended: string | undefined;
  #writing: Promise<void> = Promise.resolve();
  /** Nothing is written before the first step: what is refused leaves an earlier run's curves alone. */
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(terminal: Terminal, files: RunFiles, run: Run, history: History) {
    this.#terminal = terminal;
    this.#files = files;
    this.#run = run;
    this.#history = history;
    this.#step = run.from;
  }

  step({ step, classLoss, boxLoss, imagesPerSecond }: StepReport): void {
    const { steps, workers, batchPerWorker } = this.#run.settings;
    this.#step = step;
    const seconds = ((steps - step) * workers * batchPerWorker) / imagesPerSecond;
    this.#pace = { imagesPerSecond, remainingMilliseconds: 1000 * seconds };
    const last = this.#history.losses.at(-1)?.step ?? 0;
    if (step - last >= steps / MOST_POINTS) this.#history.losses.push({ step, classes: classLoss, boxes: boxLoss });
    const measured = this.#history.measurements.at(-1)?.ap50;
    this.#terminal.progress(
      `step ${step}/${steps}  class loss ${classLoss.toFixed(3)}  box loss ${boxLoss.toFixed(3)}  ` +
        `AP50 ${measured?.toFixed(3) ?? '–'}  ${imagesPerSecond.toFixed(0)} images/s  ${duration(1000 * seconds)} left`,
    );
    if (performance.now() - this.#writtenAt > MILLISECONDS_BETWEEN_PAGES) this.#writeBehind();
  }

  measured({ step, precision: { ap50, ap } }: Measurement): void {
    this.#history.measurements.push({ step, ap50, ap });
    this.#terminal.say(`step ${step}: AP50 ${ap50?.toFixed(3) ?? '–'}, AP ${ap?.toFixed(3) ?? '–'}`);
    this.#writeBehind();
  }

  async end({ status, step }: TrainingOutcome): Promise<void> {
    this.#terminal.progressDone();
    this.#ended = status;
    this.#step = step;
    await this.write();
  }

  /** One write after the other: the last one stays. Rejects when this or an earlier one failed. */
  write(): Promise<void> {
    this.#writtenAt = performance.now();
    this.#writing = this.#writing.then(async () => {
      await replaceFile(this.#files.history, JSON.stringify(this.#history));
      await replaceFile(this.#files.page, this.#page());
    });
    return this.#writing;
  }

  #writeBehind(): void {
    // A failure is not lost: it ends the run by the write that `end` waits for.
    this.write().catch(() => {});
  }

  #page(): string {
    const { images, settings } = this.#run;
    const [ended, history, step] = [this.#ended, this.#history, this.#step];
    return trainingPage({ images, steps: settings.steps, step, ended, history, ...this.#pace });
  }
}

/** Who reads it meanwhile sees the old one or the new one. */
async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}
