import { isPermanent, RetryableError } from '@assay/lambda-kit';
import type { World } from './ports.ts';
import { trainNext } from './start-training.ts';

/**
 * Tells once how an execution ended and makes room for the next training. Executions that somebody started by hand are
 * told of, too.
 *
 * @throws RetryableError while the start of the execution is still being written down; PermanentError when it can't be told
 */
export async function concludeTraining(world: World, executionArn: string): Promise<void> {
  const { state, pipeline, announcer } = world;
  const training = await state.trainingOf(executionArn);
  if (training === undefined) await refuseWhileStarting(world, executionArn);
  const makeWay = async () => {
    if (training !== undefined) await state.releaseLock(training.token);
    await trainNext(world);
  };
  try {
    if (!(await state.isConcluded(executionArn))) {
      const outcome = await pipeline.outcome(executionArn);
      await announcer.concluded(outcome, training?.announced ?? training?.cause);
      await state.conclude(executionArn, outcome.kind);
    }
  } catch (error) {
    // It has ended all the same: until somebody repairs what there is to be told of it, others may train.
    if (isPermanent(error)) await makeWay();
    throw error;
  }
  await makeWay();
}

/** Looks after a training whose end nobody told of. */
export async function concludeWhatEnded(world: World): Promise<void> {
  const lock = await world.state.currentLock();
  const training = lock && (await world.state.training(lock.token));
  if (training?.executionArn === undefined) return;
  if (!(await world.pipeline.isRunning(training.executionArn))) await concludeTraining(world, training.executionArn);
}

async function refuseWhileStarting({ state }: World, executionArn: string): Promise<void> {
  const lock = await state.currentLock();
  if (lock === undefined) return;
  const starting = await state.training(lock.token);
  if (starting?.executionArn !== undefined) return;
  throw new RetryableError(
    'start-unfinished',
    `${executionArn} ended while a training is being started; it may be that one. The event is tried again.`,
  );
}
