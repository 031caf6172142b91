import type { DeviceOutcome, Metadata } from '@assay/events';
import { FAILED, inBrief, reasonOf, SUCCEEDED } from './device-outcomes.ts';
import {
  changeRollout,
  currentRollout,
  type Line,
  type LineModel,
  lastGoodModel,
  modelOf,
  type Rollout,
  untriedModel,
  withModel,
  withRollout,
} from './line.ts';

/** What ModelApproved and ModelRejected tell about a package. */
export type DecidedPackage = Pick<LineModel, 'modelPackageArn' | 'modelPackageVersion'>;

/**
 * A model was approved: it goes to the line. An approval that was heard before changes nothing, also when it was said
 * anew while the line follows it (whoever says it may die before it knows that it did); and neither does one that was
 * made before the decision that the line follows now: it came late.
 */
export function approve(line: Line, model: DecidedPackage & { modelUri: string }, cause: Metadata): Line {
  const { modelPackageVersion } = model;
  if (!isNews(line, modelPackageVersion, cause)) return line;
  const known = withModel(line, { ...model, verdict: 'approved', decidedAt: cause.occurredAt });
  const followed = followedDecision(line);
  if (followed?.modelPackageVersion === modelPackageVersion) return known;
  if (followed !== undefined && followed.decidedAt >= cause.occurredAt) return known;
  return withRollout(known, { modelPackageVersion, kind: 'approval', cause });
}

/** The approved model that the line has, or is about to have, and the newest decision for it; undefined when it is stranded. */
function followedDecision(line: Line): Pick<LineModel, 'modelPackageVersion' | 'decidedAt'> | undefined {
  const current = currentRollout(line);
  const model = current && modelOf(line, current.modelPackageVersion);
  if (current === undefined || model?.verdict !== 'approved') return undefined;
  const { modelPackageVersion, decidedAt } = model;
  const { occurredAt } = current.cause;
  return { modelPackageVersion, decidedAt: decidedAt > occurredAt ? decidedAt : occurredAt };
}

/**
 * A model was rejected: when the line runs it, or is about to, the last good one comes back, or else one that was
 * approved and never had its turn, its approval having come late. Without either, a rollout that was not deployed yet is
 * dropped; one that was leaves the line stranded ({@link strandedRollout}).
 */
export function withdraw(line: Line, model: DecidedPackage, cause: Metadata): Line {
  const { modelPackageVersion } = model;
  if (!isNews(line, modelPackageVersion, cause)) return line;
  const before = modelOf(line, modelPackageVersion);
  const known = withModel(line, { ...before, ...model, verdict: 'rejected', decidedAt: cause.occurredAt });
  const current = currentRollout(known);
  if (current?.modelPackageVersion !== modelPackageVersion) return known;
  const good = lastGoodModel(known, modelPackageVersion) ?? untriedModel(known, modelPackageVersion);
  if (good === undefined) {
    if (current.state !== 'requested') return known;
    return changeRollout(known, current.id, (rollout) => ({ ...rollout, state: 'superseded' }));
  }
  return withRollout(known, { modelPackageVersion: good.modelPackageVersion, kind: 'return', cause });
}

/** The rollout by which the line has a model that was rejected, when there is no other one to go back to. */
export function strandedRollout(line: Line, modelPackageVersion: number): Rollout | undefined {
  const current = currentRollout(line);
  const rejected = modelOf(line, modelPackageVersion)?.verdict === 'rejected';
  return rejected && current?.modelPackageVersion === modelPackageVersion ? current : undefined;
}

function isNews(line: Line, modelPackageVersion: number, cause: Metadata): boolean {
  const heardUntil = modelOf(line, modelPackageVersion)?.decidedAt ?? line.forgottenUntil;
  return heardUntil < cause.occurredAt;
}

/**
 * The devices told how a deployment went. It is complete when all of them succeeded. When one failed it is taken back:
 * that device undid it by itself, and the last good model goes to the others, and to those that join later. A return
 * that fails is not followed by another one: a person has to look.
 */
export function settle(line: Line, rolloutId: string, devices: readonly DeviceOutcome[]): Line {
  const rollout = line.rollouts.find(({ id }) => id === rolloutId);
  if (rollout?.state !== 'started') return line;
  const seen = changeRollout(line, rolloutId, (each) => ({ ...each, ...inBrief(devices) }));
  const failed = devices.filter(({ status }) => FAILED.has(status));
  if (failed.length > 0) return takeBack(seen, rollout, failed);
  if (devices.length === 0 || !devices.every(({ status }) => SUCCEEDED.has(status))) return seen;
  return changeRollout(seen, rolloutId, (each) => ({ ...each, state: 'completed' }));
}

function takeBack(line: Line, rollout: Rollout, failed: readonly DeviceOutcome[]): Line {
  const good = rollout.kind === 'approval' ? lastGoodModel(line, rollout.modelPackageVersion) : undefined;
  const taken = changeRollout(line, rollout.id, (each) => ({
    ...each,
    state: 'rolled-back',
    reason: reasonOf(failed),
    rolledBackTo: good?.modelPackageArn,
  }));
  if (good === undefined) return taken;
  return withRollout(taken, { modelPackageVersion: good.modelPackageVersion, kind: 'return', cause: rollout.cause });
}
