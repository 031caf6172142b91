import { decide, type KnownVerdict, type ModelPackage } from './verdict.ts';

/** What watching needs from outside. */
export interface WatchPorts {
  describe(modelPackageArn: string): Promise<ModelPackage>;
  lastVerdict(modelPackageArn: string): Promise<KnownVerdict | undefined>;
  /** Writes `next` if the verdict still is `expected`; false when somebody else was faster. */
  replaceVerdict(modelPackageArn: string, expected: KnownVerdict | undefined, next: KnownVerdict): Promise<boolean>;
  sayApproved(model: ModelPackage): Promise<void>;
  sayRejected(model: ModelPackage): Promise<void>;
  now(): Date;
}

export type Outcome = 'nothing' | 'announced' | 'busy';

/**
 * Looks at a package and says what changed. The registry is asked for its state now, so that it does not matter in
 * which order events come, and the announcement is claimed before and marked after it was published: whoever dies
 * in between leaves a claim that runs out. `busy` means that another delivery holds it.
 */
export async function watchPackage(modelPackageArn: string, ports: WatchPorts): Promise<Outcome> {
  const model = await ports.describe(modelPackageArn);
  const known = await ports.lastVerdict(modelPackageArn);
  const decision = decide(model, known, ports.now());
  if (decision === 'nothing' || model.approval === 'pending') return 'nothing';
  if (decision === 'wait') return 'busy';

  const claim: KnownVerdict = { verdict: model.approval, phase: 'announcing', since: ports.now().toISOString() };
  if (!(await ports.replaceVerdict(modelPackageArn, known, claim))) return 'busy';
  await (model.approval === 'approved' ? ports.sayApproved(model) : ports.sayRejected(model));
  await ports.replaceVerdict(modelPackageArn, claim, { ...claim, phase: 'announced' });
  return 'announced';
}
