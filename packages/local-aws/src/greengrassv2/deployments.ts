import type { Caller } from '../kernel/caller.ts';
import { AwsError } from '../kernel/errors.ts';
import { invalid } from './errors.ts';
import type { DeployedComponent, Deployment } from './records.ts';
import type { Greengrass } from './state.ts';

/** Greengrass keeps its jobs apart from a customer's own in this namespace. */
export const NAMESPACE = 'aws-gg-deployment';

/** The document that devices get: other names for some fields than the API's. */
export function jobDocument(greengrass: Greengrass, deployment: Deployment): string {
  const target = deployment.targetArn.slice(deployment.targetArn.lastIndexOf(':') + 1);
  const components = Object.entries(deployment.components).map(([name, component]) => [name, inDocument(component)]);
  return JSON.stringify({
    deploymentId: deployment.id,
    configurationArn: greengrass.kernel.arn('greengrass', `configuration:${target}:${deployment.revision}`),
    components: Object.fromEntries(components),
    creationTimestamp: deployment.created,
    failureHandlingPolicy: deployment.failureHandlingPolicy,
    componentUpdatePolicy: {
      timeout: deployment.componentUpdatePolicy.timeoutInSeconds,
      action: deployment.componentUpdatePolicy.action,
    },
    configurationValidationPolicy: { timeout: deployment.configurationValidationTimeout },
    requiredCapabilities: [],
  });
}

function inDocument({ componentVersion: version, reset, merge }: DeployedComponent): Record<string, unknown> {
  if (reset.length === 0 && merge === undefined) return { version };
  return { version, configurationUpdate: { reset, ...(merge !== undefined && { merge: JSON.parse(merge) }) } };
}

/** `merge` is a JSON object, as text. */
export function checkedMerge(name: string, merge: string | undefined): string | undefined {
  if (merge === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(merge);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return merge;
  } catch {
    // Said below, as for JSON of another kind.
  }
  throw invalid(`The configuration to merge for ${name} is not a JSON object.`);
}

/** A deployment replaces the target's earlier one: devices that haven't begun it never will. */
export async function supersede(greengrass: Greengrass, deployment: Deployment, caller: Caller): Promise<void> {
  for (const { key, value: older } of greengrass.deployments.list()) {
    if (older.targetArn !== deployment.targetArn || older.id === deployment.id || older.status !== 'ACTIVE') continue;
    greengrass.deployments.put(key, { ...older, status: 'INACTIVE' });
    await cancelJob(greengrass, older, `superseded by deployment ${deployment.id}`, caller);
  }
}

export async function cancelJob(
  greengrass: Greengrass,
  { jobId }: Deployment,
  comment: string,
  caller: Caller,
): Promise<void> {
  try {
    await greengrass.kernel.call('iot', 'CancelJob', { jobId, comment, force: false }, caller);
  } catch (error) {
    const gone =
      error instanceof AwsError && ['ResourceNotFoundException', 'InvalidRequestException'].includes(error.code);
    if (!gone) throw error;
  }
}

/** A deployment's status: what this service set, or that its job was aborted. */
export async function statusOf(
  greengrass: Greengrass,
  deployment: Deployment,
  caller: Caller,
): Promise<Deployment['status']> {
  if (deployment.status !== 'ACTIVE') return deployment.status;
  const { job } = await greengrass.kernel.call('iot', 'DescribeJob', { jobId: deployment.jobId }, caller);
  return job?.status === 'CANCELED' ? 'CANCELED' : 'ACTIVE';
}

export const isLatest = ({ revisions }: Greengrass, { targetArn, revision }: Deployment): boolean =>
  revisions.get(targetArn) === revision;
