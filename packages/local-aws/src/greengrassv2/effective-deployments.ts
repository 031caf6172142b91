import { internalCaller } from '../kernel/caller.ts';
import { AwsError } from '../kernel/errors.ts';
import type { EffectiveDeployment, ExecutionStatus } from './records.ts';
import { coreDeviceArn, effectiveKey, type Greengrass } from './state.ts';

/** "Deployment status change events": the states that are told of. */
const TOLD: ExecutionStatus[] = ['FAILED', 'SUCCEEDED', 'COMPLETED', 'REJECTED', 'CANCELED'];

/** Registers the work of following what deployments' jobs do on each device. */
export function handleExecutionTasks(greengrass: Greengrass): void {
  greengrass.kernel.outbox.handle<{ jobId: string; thing: string }>('greengrassv2:execution', (task) =>
    followExecution(greengrass, task),
  );
}

async function followExecution(
  greengrass: Greengrass,
  { jobId, thing }: { jobId: string; thing: string },
): Promise<void> {
  const { kernel } = greengrass;
  const deployment = greengrass.deployments.get(greengrass.jobs.get(jobId) ?? '');
  if (!deployment) return;
  const caller = internalCaller('greengrass.amazonaws.com', kernel.account);
  const execution = await kernel.call('iot', 'DescribeJobExecution', { jobId, thingName: thing }, caller).then(
    (answer) => answer.execution,
    (error: unknown) => {
      if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined;
      throw error;
    },
  );
  if (!execution?.status || execution.status === 'REMOVED') return;
  const details = execution.statusDetails?.detailsMap ?? {};
  const key = effectiveKey(thing, deployment.id);
  const before = greengrass.effective.get(key);
  const now = kernel.clock.now();
  const effective: EffectiveDeployment = {
    deploymentId: deployment.id,
    thing,
    status: execution.status,
    reason: reasonOf(execution.status, details),
    errorStack: listed(details['deployment-error-stack']),
    errorTypes: listed(details['deployment-error-types']),
    created: before?.created ?? execution.queuedAt?.getTime() ?? now,
    modified: execution.lastUpdatedAt?.getTime() ?? now,
  };
  greengrass.effective.put(key, effective);
  if (before?.status !== effective.status && TOLD.includes(effective.status)) tell(greengrass, effective);
}

function tell(
  { kernel }: Greengrass,
  { deploymentId, thing, status, reason, errorStack, errorTypes }: EffectiveDeployment,
): void {
  kernel.emitEvent({
    source: 'aws.greengrass',
    detailType: 'Greengrass V2 Effective Deployment Status Change',
    resources: [coreDeviceArn(kernel, thing)],
    detail: {
      // AWS's guide has had both spellings; who listens should not depend on which one is sent.
      deploymentId,
      'deployment-id': deploymentId,
      coreDeviceExecutionStatus: status,
      statusDetails: { errorStack, errorTypes },
      reason,
    },
  });
}

function reasonOf(status: ExecutionStatus, details: Record<string, string>): string {
  if (status === 'QUEUED' || status === 'IN_PROGRESS') return '';
  const cause = details['deployment-failure-cause'];
  const detailed = details['detailed-deployment-status'] ?? status;
  return cause === undefined ? detailed : `${detailed}: ${cause}`;
}

const listed = (text: string | undefined): string[] => (text ? text.split(', ') : []);
