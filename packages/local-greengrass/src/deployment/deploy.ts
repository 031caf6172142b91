import { z } from 'zod';
import { logTail } from '../component/log-tail.ts';
import { logPath } from '../component/paths.ts';
import type { Definitions, Supervisor } from '../component/supervisor.ts';
import type { StateFile } from '../state.ts';
import { type DeploymentDocument, deploymentDocumentSchema } from './document.ts';
import { DeploymentCancelled, DeploymentFailure, type DeploymentResult, result } from './failure.ts';
import { definitionsOf, type Plan, type PlanOptions, planDeployment } from './plan.ts';
import { sweepPackages } from './sweep.ts';

export interface Job {
  jobId: string;
  document: unknown;
}

export interface DeploymentContext extends PlanOptions {
  state: StateFile;
  supervisor: Supervisor;
  /** Whether a component takes a changed configuration without a restart. */
  followsConfiguration(component: string): boolean;
  configurationChanged(component: string): void;
  /** Lets the components that are about to change agree, or the time pass. */
  announce(document: DeploymentDocument, components: ReadonlySet<string>): Promise<void>;
  /** Tells the components that it is over. */
  announceEnd(document: DeploymentDocument): void;
  report(message: string, error?: unknown): void;
}

/**
 * Carries a deployment out: plan, announce, merge, wait until everything is up; or back to what was before. Throws
 * {@link DeploymentCancelled} when it was cancelled before it changed anything.
 */
export async function deploy(job: Job, context: DeploymentContext, cancelled: AbortSignal): Promise<DeploymentResult> {
  const parsed = deploymentDocumentSchema.safeParse(job.document);
  if (!parsed.success) {
    const cause = new DeploymentFailure(
      `the deployment document of job ${job.jobId} is not one: ${z.prettifyError(parsed.error)}`,
      ['DEPLOYMENT_DOCUMENT_NOT_VALID'],
      ['REQUEST_ERROR'],
    );
    return result('REJECTED', 'REJECTED', cause);
  }
  const document = parsed.data;
  if (document.requiredCapabilities.some((capability) => capability !== 'LARGE_CONFIGURATION'))
    return result(
      'REJECTED',
      'REJECTED',
      new Error(`capabilities are not available: ${document.requiredCapabilities.join(', ')}`),
    );

  let plan: Plan;
  let changed: Set<string>;
  try {
    plan = await planDeployment(document, context.state.value.current, context);
    changed = context.supervisor.changes(plan.definitions, (name) => context.followsConfiguration(name));
    await context.announce(document, changed);
  } catch (error) {
    context.report(`deployment ${document.deploymentId} failed before it changed anything`, error);
    return result('FAILED', 'FAILED_NO_STATE_CHANGE', error);
  }
  if (cancelled.aborted) throw new DeploymentCancelled(`deployment ${document.deploymentId} was cancelled`);
  try {
    return await merge(job.jobId, document, plan, changed, context);
  } finally {
    context.announceEnd(document);
  }
}

async function merge(
  jobId: string,
  document: DeploymentDocument,
  plan: Plan,
  changed: ReadonlySet<string>,
  context: DeploymentContext,
): Promise<DeploymentResult> {
  const { state, supervisor } = context;
  const previous = state.value.current;
  await state.update({ current: plan.snapshot, merging: { jobId, previous } });
  const failure = await bringUp(plan.definitions, changed, context);
  if (!failure) {
    await state.update({ merging: undefined });
    await sweepPackages(context.root, plan.snapshot);
    return result('SUCCEEDED', 'SUCCESSFUL');
  }
  context.report(`deployment ${document.deploymentId} failed: ${failure.message}`);
  if (document.failureHandlingPolicy === 'DO_NOTHING') {
    await state.update({ merging: undefined });
    return result('FAILED', 'FAILED_ROLLBACK_NOT_REQUESTED', failure);
  }
  const before = definitionsOf(previous, context.root, context.platform);
  const worse = await bringUp(before, supervisor.changes(before), context);
  await state.update({ current: previous, merging: undefined });
  if (!worse) return result('FAILED', 'FAILED_ROLLBACK_COMPLETE', failure);
  context.report(`the rollback of deployment ${document.deploymentId} failed too: ${worse.message}`);
  return result('FAILED', 'FAILED_UNABLE_TO_ROLLBACK', failure);
}

/** Makes the device run `definitions` and waits until they are up. */
async function bringUp(
  definitions: Definitions,
  changed: ReadonlySet<string>,
  { root, supervisor, configurationChanged }: DeploymentContext,
): Promise<DeploymentFailure | undefined> {
  const before = new Map([...supervisor.definitions].map(([name, { configuration }]) => [name, configuration]));
  await supervisor.apply(definitions, changed);
  for (const [name, { configuration }] of definitions)
    if (!changed.has(name) && JSON.stringify(before.get(name)) !== JSON.stringify(configuration))
      configurationChanged(name);
  const broken = await supervisor.settled(definitions.keys());
  if (broken.length === 0) return undefined;
  const reasons = broken.map(({ definition: { name }, reason }) => {
    const said = logTail(logPath(root, name));
    return `${name} is broken: ${reason}${said && ` (the last that it said: ${said})`}`;
  });
  return new DeploymentFailure(reasons.join('; '), ['COMPONENT_UPDATE_ERROR', 'COMPONENT_BROKEN'], ['COMPONENT_ERROR']);
}
