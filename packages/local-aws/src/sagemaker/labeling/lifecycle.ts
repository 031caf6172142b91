import { eachAtOnce } from '../../kernel/at-once.ts';
import { messageOf } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { consolidate } from './consolidation/consolidate.ts';
import { JobFiles } from './files.ts';
import { type DataObject, hasEnded, type Job, type ManifestLine } from './job.ts';
import type { JobTable } from './job-table.ts';
import { parseCategories, parseManifest } from './manifest.ts';
import { consolidationFiles, intermediateManifest, manifestUri, outputManifest, workerResponse } from './output.ts';
import { parseTemplate } from './template.ts';

interface JobWork {
  job: string;
}

const DEFAULTS = { concurrentTasks: 1000, availabilitySeconds: 6 * 3600, timeLimitSeconds: 300 };
/** How long after an object is labelled the output manifest of a running job is rewritten, in ms. */
const MANIFEST_DELAY = 10_000;

/** Carries a labeling job from its creation to its end. */
export class JobLifecycle {
  readonly #kernel: Kernel;
  readonly #table: JobTable;

  constructor(kernel: Kernel, table: JobTable) {
    this.#kernel = kernel;
    this.#table = table;
    const { outbox } = kernel;
    outbox.handle<JobWork>('labeling:begin', ({ job }) => this.#withJob(job, (found) => this.#begin(found)));
    outbox.handle<JobWork>('labeling:expire', ({ job }) => this.#withJob(job, (found) => this.#expire(found)));
    // One at a time: a manifest that is rewritten while the job runs must not land after the last one.
    const output = ({ job }: JobWork) => this.#withJob(job, (found) => this.#putOut(found));
    outbox.handle<JobWork>('labeling:output', output, { concurrency: 1 });
    outbox.handle<{ object: string }>('labeling:response', ({ object }) => this.#writeResponse(object));
  }

  /** A job was created, in this turn. */
  created(job: Job): void {
    this.#table.putJob(job);
    this.#kernel.outbox.add('labeling:begin', { job: job.name });
  }

  /** Stops a job that runs: what isn't labelled stays so. */
  stop(job: Job): void {
    if (hasEnded(job) || job.status === 'Stopping') return;
    this.#closeOpen(job);
    this.#update(job, { status: 'Stopping' });
    this.#outputAt(job, this.#kernel.clock.now());
  }

  /** All workers that a task needs have answered it, or its time is over and some have. */
  complete(job: Job, object: DataObject): void {
    const now = this.#kernel.clock.now();
    const answers = this.#table.answers(object.id).filter(({ submittedAt }) => submittedAt !== undefined);
    this.#table.put({ ...object, status: 'labeled', labeledAt: now, label: consolidate(job, answers, now) });
    this.#kernel.outbox.add('labeling:response', { object: object.id });
    if (!job.manifestDue) this.#outputAt(job, now + MANIFEST_DELAY);
    this.#update(job, { manifestDue: true });
    this.#advance(job);
  }

  async #withJob(name: string, work: (job: Job) => Promise<void> | void): Promise<void> {
    const job = this.#table.job(name);
    if (job && !hasEnded(job)) await work(job);
  }

  async #begin(job: Job): Promise<void> {
    const files = new JobFiles(this.#kernel, job);
    const { InputConfig, LabelCategoryConfigS3Uri = '', HumanTaskConfig } = job.request;
    let lines: ManifestLine[];
    let begun: Partial<Job>;
    try {
      const manifest = InputConfig?.DataSource?.S3DataSource?.ManifestS3Uri ?? '';
      lines = parseManifest(await files.read(manifest, 'input manifest'));
      const categories = parseCategories(
        await files.read(LabelCategoryConfigS3Uri, 'label category configuration file'),
      );
      const template = await files.read(HumanTaskConfig?.UiConfig?.UiTemplateS3Uri ?? '', 'worker template');
      begun = { categories, template: parseTemplate(template, job.kind), status: 'InProgress' };
    } catch (error) {
      this.#end(this.#table.job(job.name) ?? job, 'Failed', `ClientError: ${messageOf(error)}`);
      return;
    }
    const failures = await this.#unusable(files, lines, begun.template?.auditedAttribute);
    const current = this.#table.job(job.name);
    if (current?.status !== 'Initializing') return;
    this.#kernel.store.atomic(() => {
      for (const [index, line] of lines.entries())
        this.#table.put(newObject(current, index, line, failures.get(index)));
      this.#advance(this.#update(current, begun));
    });
  }

  /** Why single objects fail before any worker sees them, by their number. */
  async #unusable(files: JobFiles, lines: ManifestLine[], audited: string | undefined): Promise<Map<number, string>> {
    const failures = new Map<number, string>();
    await eachAtOnce([...lines.entries()], 16, async ([index, line]) => {
      const failure =
        audited !== undefined && !(audited in line)
          ? `The data object has no label attribute "${audited}", which the worker template shows`
          : await files.unreadable(String(line['source-ref']));
      if (failure !== undefined) failures.set(index, `ClientError: ${failure}`);
    });
    return failures;
  }

  /** Gives out as many tasks as may be open, and ends the job when none is left. */
  #advance(job: Job): void {
    const task = job.request.HumanTaskConfig;
    const now = this.#kernel.clock.now();
    const counts = this.#table.counts(job.name);
    if (reached(job, counts)) {
      this.stop(job);
      return;
    }
    const free = (task?.MaxConcurrentTaskCount ?? DEFAULTS.concurrentTasks) - counts.open;
    const lifetime = 1000 * (task?.TaskAvailabilityLifetimeInSeconds ?? DEFAULTS.availabilitySeconds);
    const opened = free > 0 ? this.#table.inStatus(job.name, 'waiting', free) : [];
    for (const object of opened)
      this.#table.put({ ...object, status: 'open', openedAt: now, expiresAt: now + lifetime });
    const expiry = this.#table.earliestExpiry(job.name);
    if (expiry !== undefined)
      this.#kernel.outbox.add('labeling:expire', { job: job.name }, { id: `labeling:expire:${job.name}`, at: expiry });
    else this.#outputAt(job, now);
  }

  /** Takes back tasks whose time is over: with an answer they are labelled by it, without one they have failed. */
  #expire(job: Job): void {
    const now = this.#kernel.clock.now();
    this.#kernel.store.atomic(() => {
      for (const object of this.#table.inStatus(job.name, 'open').filter(({ expiresAt }) => expiresAt <= now)) {
        const answered = this.#table.answers(object.id).some(({ submittedAt }) => submittedAt !== undefined);
        if (answered) this.complete(this.#table.job(job.name) ?? job, object);
        else this.#table.put(failed(object, 'ClientError: The task expired before any worker answered it', now));
      }
      this.#advance(this.#table.job(job.name) ?? job);
    });
  }

  #outputAt(job: Job, at: number): void {
    this.#kernel.outbox.add('labeling:output', { job: job.name }, { id: `labeling:output:${job.name}`, at });
  }

  async #putOut(job: Job): Promise<void> {
    const { open, waiting } = this.#table.counts(job.name);
    if (open + waiting === 0) await this.#finish(job);
    else await this.#rewrite(job);
  }

  async #rewrite(job: Job): Promise<void> {
    this.#update(job, { manifestDue: false });
    const content = outputManifest(job, this.#table.objects(job.name), this.#kernel.clock.now());
    await new JobFiles(this.#kernel, job).write(manifestUri(job), content);
  }

  async #writeResponse(id: string): Promise<void> {
    const object = this.#table.object(id);
    const job = object && this.#table.job(object.job);
    if (!job) return;
    const { uri, content } = workerResponse(job, object, this.#submitted(id));
    await new JobFiles(this.#kernel, job).write(uri, content);
    this.#table.put({ ...object, responseWritten: true });
  }

  #submitted(object: string) {
    return this.#table.answers(object).filter(({ submittedAt }) => submittedAt !== undefined);
  }

  async #finish(job: Job): Promise<void> {
    const files = new JobFiles(this.#kernel, job);
    const now = this.#kernel.clock.now();
    const objects = this.#table.objects(job.name);
    const labeled = objects
      .filter(({ label }) => label !== undefined)
      .map((object) => ({ object, answers: this.#submitted(object.id) }));
    const outputs = [
      ...labeled
        .filter(({ object }) => !object.responseWritten)
        .map(({ object, answers }) => workerResponse(job, object, answers)),
      ...consolidationFiles(job, labeled),
      intermediateManifest(job, objects, now),
      { uri: manifestUri(job), content: outputManifest(job, objects, now) },
    ];
    try {
      await eachAtOnce(outputs, 16, ({ uri, content }) => files.write(uri, content));
    } catch (error) {
      this.#end(
        this.#table.job(job.name) ?? job,
        'Failed',
        `ClientError: the output could not be written: ${messageOf(error)}`,
      );
      return;
    }
    const current = this.#table.job(job.name) ?? job;
    this.#end(current, current.status === 'Stopping' ? 'Stopped' : 'Completed');
  }

  #end(job: Job, status: 'Completed' | 'Failed' | 'Stopped', failureReason?: string): void {
    if (hasEnded(job)) return;
    this.#closeOpen(job);
    this.#update(job, { status, ...(failureReason !== undefined && { failureReason: failureReason.slice(0, 1024) }) });
    this.#kernel.outbox.cancel(`labeling:expire:${job.name}`);
    this.#kernel.emitEvent({
      source: 'aws.sagemaker',
      detailType: 'SageMaker Ground Truth Labeling Job State Change',
      resources: [job.arn],
      detail: { LabelingJobStatus: status },
    });
  }

  #closeOpen(job: Job): void {
    for (const status of ['open', 'waiting'] as const)
      for (const object of this.#table.inStatus(job.name, status)) this.#table.put({ ...object, status: 'unlabeled' });
  }

  #update(job: Job, change: Partial<Job>): Job {
    const updated = { ...job, ...change, modifiedAt: this.#kernel.clock.now() };
    this.#table.putJob(updated);
    return updated;
  }
}

function newObject(job: Job, index: number, line: ManifestLine, failure: string | undefined): DataObject {
  const object: DataObject = {
    id: `${job.name}.${index}`,
    job: job.name,
    index,
    team: job.team,
    status: 'waiting',
    needed: job.request.HumanTaskConfig?.NumberOfHumanWorkersPerDataObject ?? 1,
    openedAt: 0,
    expiresAt: 0,
    line,
  };
  return failure === undefined ? object : failed(object, failure, job.modifiedAt);
}

const failed = (object: DataObject, failureReason: string, at: number): DataObject => ({
  ...object,
  status: 'failed',
  failureReason,
  labeledAt: at,
});

/** Whether a stopping condition is met while objects are left. */
function reached({ request }: Job, counts: Record<DataObject['status'], number>): boolean {
  const left = counts.waiting + counts.open;
  const total = left + counts.labeled + counts.failed + counts.unlabeled;
  const { MaxHumanLabeledObjectCount: most = total, MaxPercentageOfInputDatasetLabeled: percentage = 100 } =
    request.StoppingConditions ?? {};
  return left > 0 && (counts.labeled >= most || (100 * counts.labeled) / total >= percentage);
}
