import type { Metadata } from '@assay/events';
import { PermanentError } from '@assay/lambda-kit';
import type { StoredRun, World } from './ports.ts';
import { type LabelSource, labelToken, requestToken, type Training, type TrainingReason } from './training.ts';

export type StartResult = 'started' | 'already-started' | 'busy' | 'not-enough-labels';

/** Starts take seconds; one that is older was interrupted. Longer than the functions may run. */
const INTERRUPTED_AFTER_MILLISECONDS = 45_000;

/**
 * Starts a training when at least this many labels are new. The same labels never start a second one.
 *
 * @throws RetryableError or PermanentError of the adapters
 */
export async function trainOnNewLabels(
  world: World,
  reason: TrainingReason,
  minimum: number,
  cause?: Metadata,
): Promise<StartResult> {
  const labels = await world.state.newLabels();
  if (labels === undefined || labels.approved < minimum) return 'not-enough-labels';
  const { approved: approvedLabels, asOf } = labels;
  const storedRecords = await world.state.storedRecords(asOf);
  return start(world, { token: labelToken(asOf), reason, asOf, approvedLabels, storedRecords, cause });
}

/** Counts a run's labels, and starts a training once enough are new. */
export async function trainOnStoredRun(
  world: World,
  run: StoredRun,
  source: LabelSource,
  cause: Metadata,
): Promise<StartResult> {
  // First of all: while an interrupted start can't be carried on, labels are counted all the same.
  await world.state.recordRun(run, source);
  await resumeInterrupted(world);
  return trainOnNewLabels(world, 'enough-labels', world.minimumNewLabels, cause);
}

/** Starts the training that somebody asked for, or keeps the request until the one that runs is over. */
export async function trainOnRequest(
  world: World,
  request: { requestedBy: string; reason: string; asOf?: string },
  cause: Metadata,
): Promise<StartResult> {
  // Without an instant the request's own time counts: delivered again, it is the same request.
  const asOf = new Date(request.asOf ?? cause.occurredAt).toISOString();
  if (Date.parse(asOf) > Date.parse(cause.occurredAt)) {
    throw new PermanentError(
      'instant-in-the-future',
      `A training on the labels of ${asOf} was asked for at ${cause.occurredAt}. Ask for an instant that has passed, or for none.`,
    );
  }
  const labels = await world.state.newLabels();
  const training: Training = {
    token: requestToken({ ...request, asOf }),
    reason: 'requested',
    asOf,
    approvedLabels: labels?.approved ?? 0,
    storedRecords: await world.state.storedRecords(asOf),
    cause,
  };
  const result = await start(world, training);
  if (result !== 'busy') return result;
  await world.state.postpone(training);
  // What ran may have ended meanwhile, without having seen this: nobody else would start it.
  return (await world.state.currentLock()) === undefined ? trainNext(world) : result;
}

/** After a training: what was asked for meanwhile first, then whether enough labels have come. */
export async function trainNext(world: World): Promise<StartResult> {
  const waiting = await world.state.postponed();
  if (waiting === undefined) return trainOnNewLabels(world, 'enough-labels', world.minimumNewLabels);
  const result = await start(world, waiting);
  if (result !== 'busy') await world.state.settle(waiting);
  // Kept by a delivery that was late: it has had its training, and holds up none that waits behind it.
  return result === 'already-started' ? trainNext(world) : result;
}

/** Carries a start to its end that was interrupted half-way. */
export async function resumeInterrupted(world: World): Promise<void> {
  const lock = await world.state.currentLock();
  if (lock === undefined) return;
  const age = world.now().getTime() - Date.parse(lock.since);
  if (age < INTERRUPTED_AFTER_MILLISECONDS) return;
  const record = await world.state.training(lock.token);
  if (record === undefined) await world.state.releaseLock(lock.token);
  else if (record.announced === undefined) await launch(world, record);
}

async function start(world: World, training: Training): Promise<StartResult> {
  const { state } = world;
  const known = await state.training(training.token);
  if (known?.announced !== undefined) return 'already-started';
  const lock = await state.acquireLock(training.token, world.now().toISOString());
  if (lock === undefined) return 'busy';
  await state.recordTraining(training);
  // As it was recorded first: repeated with other figures, it would not be the same start.
  await launch(world, (await state.training(training.token)) ?? training);
  return 'started';
}

/** Every part may be repeated: an interrupted launch is carried on by launching again. */
async function launch({ state, pipeline, announcer }: World, training: Training): Promise<void> {
  const source = await state.labelSource();
  if (source === undefined) {
    await state.releaseLock(training.token);
    throw new PermanentError(
      'no-labels',
      'A training was asked for, but no labels are stored yet. Upload images and label them, then ask again.',
    );
  }
  const executionArn = await pipeline.start(training, source);
  await state.recordExecution(training.token, executionArn);
  await state.advanceTo(training.asOf);
  await state.recordAnnouncement(training.token, await announcer.started(training, executionArn));
  // A delivery that was late with this may have taken the lock anew after the end was told.
  if (await state.isConcluded(executionArn)) await state.releaseLock(training.token);
}
