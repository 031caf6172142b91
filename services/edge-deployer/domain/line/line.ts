import type { Metadata } from '@assay/events';
import type { DevicesInBrief } from './device-outcomes.ts';

/** A model package that somebody decided about. */
export interface LineModel {
  readonly modelPackageArn: string;
  readonly modelPackageVersion: number;
  /** Absent when we heard of its rejection only. */
  readonly modelUri?: string;
  /** When the decision was made, by the event's own clock: events may come late, twice or in another order. */
  readonly decidedAt: string;
  readonly verdict: 'approved' | 'rejected';
}

export type RolloutState = 'requested' | 'started' | 'completed' | 'rolled-back' | 'superseded';

export interface Rollout {
  /** Unique on the line; also the token that makes creating its deployment repeatable. */
  readonly id: string;
  readonly modelPackageVersion: number;
  /** `return` to the last good model, or `approval` of a new one. */
  readonly kind: 'approval' | 'return';
  readonly state: RolloutState;
  /** The envelope of the event that it follows from. */
  readonly cause: Metadata;
  readonly deploymentId?: string;
  readonly inspectorVersion?: string;
  readonly targets?: number;
  /** As many as are named of them; see {@link DevicesInBrief}. */
  readonly devices: DevicesInBrief['devices'];
  readonly deviceCounts?: DevicesInBrief['deviceCounts'];
  readonly reason?: string;
  readonly rolledBackTo?: string;
  /** What was published about it. */
  readonly said: readonly ('start' | 'end')[];
}

/** A line: the devices of one thing group, the models decided about, and every rollout in its order. */
export interface Line {
  readonly thingGroup: string;
  readonly models: readonly LineModel[];
  /** The newest decision about a model that was forgotten; whatever is told of an unknown one up to then was heard before. */
  readonly forgottenUntil: string;
  readonly rollouts: readonly Rollout[];
  /** Rollouts ever made; older ones than are kept had ids too. */
  readonly rolloutCount: number;
}

/** Rollouts that are remembered; an old one is of no use once newer ones were good. */
const KEPT_ROLLOUTS = 50;

/** Models that are remembered beside those of the rollouts: the ones decided about last. */
const KEPT_MODELS = 100;

export function emptyLine(thingGroup: string): Line {
  return { thingGroup, models: [], forgottenUntil: '', rollouts: [], rolloutCount: 0 };
}

export function modelOf(line: Line, modelPackageVersion: number): LineModel | undefined {
  return line.models.find((model) => model.modelPackageVersion === modelPackageVersion);
}

/** The rollout that decides what the devices run: the newest that was neither replaced nor taken back. */
export function currentRollout(line: Line): Rollout | undefined {
  return line.rollouts.findLast(({ state }) => state === 'requested' || state === 'started' || state === 'completed');
}

/** The model of the newest completed rollout that is approved still, other than the one to get away from. */
export function lastGoodModel(line: Line, badVersion: number): LineModel | undefined {
  for (const { state, modelPackageVersion } of line.rollouts.toReversed()) {
    const model = modelOf(line, modelPackageVersion);
    if (state === 'completed' && modelPackageVersion !== badVersion && model?.verdict === 'approved') return model;
  }
  return undefined;
}

/** The model approved last of those that never failed on a device, other than the one to get away from. */
export function untriedModel(line: Line, badVersion: number): LineModel | undefined {
  const failed = new Set(
    line.rollouts.flatMap((each) => (each.state === 'rolled-back' ? each.modelPackageVersion : [])),
  );
  return line.models
    .filter(({ verdict, modelPackageVersion: version }) => verdict === 'approved' && version !== badVersion)
    .filter(({ modelPackageVersion }) => !failed.has(modelPackageVersion))
    .toSorted((a, b) => a.decidedAt.localeCompare(b.decidedAt))
    .at(-1);
}

/**
 * Adds a model, or what is known of it by now. Of the others that no rollout is of, the oldest are forgotten: a line is one
 * item of DynamoDB.
 */
export function withModel(line: Line, model: LineModel): Line {
  const others = line.models.filter(({ modelPackageVersion }) => modelPackageVersion !== model.modelPackageVersion);
  const rolledOut = new Set(line.rollouts.map(({ modelPackageVersion }) => modelPackageVersion));
  const forgotten = others
    .filter(({ modelPackageVersion }) => !rolledOut.has(modelPackageVersion))
    .toSorted((a, b) => a.decidedAt.localeCompare(b.decidedAt))
    .slice(0, -KEPT_MODELS);
  return {
    ...line,
    models: [...others.filter((each) => !forgotten.includes(each)), model],
    forgottenUntil: [line.forgottenUntil, ...forgotten.map(({ decidedAt }) => decidedAt)].toSorted().at(-1) ?? '',
  };
}

/**
 * Adds a rollout; those that were under way are replaced by it, as a deployment replaces the group's former one. Of those
 * whose end was said, or won't be, the devices are forgotten: a line is one item, and DynamoDB's have 400 KB at most.
 */
export function withRollout(line: Line, rollout: Pick<Rollout, 'modelPackageVersion' | 'kind' | 'cause'>): Line {
  const rolloutCount = line.rolloutCount + 1;
  const earlier = line.rollouts.map((each): Rollout => {
    const state = each.state === 'requested' || each.state === 'started' ? 'superseded' : each.state;
    return state === 'superseded' || each.said.includes('end') ? { ...each, state, devices: [] } : each;
  });
  const added: Rollout = {
    ...rollout,
    id: `${rollout.modelPackageVersion}-${rolloutCount}`,
    state: 'requested',
    devices: [],
    said: [],
  };
  return { ...line, rolloutCount, rollouts: [...earlier, added].slice(-KEPT_ROLLOUTS) };
}

/** Replaces one rollout by what `change` makes of it. */
export function changeRollout(line: Line, id: string, change: (rollout: Rollout) => Rollout): Line {
  return { ...line, rollouts: line.rollouts.map((rollout) => (rollout.id === id ? change(rollout) : rollout)) };
}
