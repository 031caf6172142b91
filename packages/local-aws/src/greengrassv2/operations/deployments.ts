import { randomUUID } from 'node:crypto';
import { nameIn } from '../../kernel/arn.ts';
import type { Caller } from '../../kernel/caller.ts';
import { notImplemented } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { isDeployable } from '../components.ts';
import { cancelJob, checkedMerge, isLatest, jobDocument, NAMESPACE, statusOf, supersede } from '../deployments.ts';
import { notFound, required } from '../errors.ts';
import { page } from '../pages.ts';
import { checkPolicies } from '../policies.ts';
import type { DeployedComponent, Deployment } from '../records.ts';
import type { Greengrass } from '../state.ts';

type CreateDeploymentInput = Parameters<Operation<'greengrassv2', 'CreateDeployment', Greengrass>>[0];

const answer = ({ id, jobId, jobArn }: Deployment) => ({ deploymentId: id, iotJobId: jobId, iotJobArn: jobArn });

/** Deploys to a thing group: a continuous job, so that devices that join the group later get it too. */
export const createDeployment: Operation<'greengrassv2', 'CreateDeployment', Greengrass> = async (
  input,
  { caller },
  greengrass,
) => {
  const { kernel } = greengrass;
  const { targetArn = '', clientToken } = input;
  checkPolicies(input);
  const repeated = greengrass.deployments.list().find(({ value }) => clientToken && value.clientToken === clientToken);
  if (repeated) return answer(repeated.value);
  const group = nameIn(kernel, targetArn, 'iot', 'thinggroup/');
  if (group === undefined)
    throw notImplemented('greengrass:CreateDeployment to a single thing (deploy to a thing group)');
  if (input.parentTargetArn !== undefined) throw notImplemented('greengrass:CreateDeployment of subdeployments');
  const components = componentsOf(greengrass, input);
  await kernel.call('iot', 'DescribeThingGroup', { thingGroupName: group }, caller);

  const revision = (greengrass.revisions.get(targetArn) ?? 0) + 1;
  greengrass.revisions.put(targetArn, revision);
  const policies = input.deploymentPolicies;
  const jobId = randomUUID();
  const deployment: Deployment = {
    id: randomUUID(),
    name: input.deploymentName,
    revision,
    targetArn,
    components,
    failureHandlingPolicy: policies?.failureHandlingPolicy ?? 'ROLLBACK',
    componentUpdatePolicy: {
      action: policies?.componentUpdatePolicy?.action ?? 'NOTIFY_COMPONENTS',
      timeoutInSeconds: policies?.componentUpdatePolicy?.timeoutInSeconds ?? 60,
    },
    configurationValidationTimeout: policies?.configurationValidationPolicy?.timeoutInSeconds ?? 30,
    jobConfiguration: input.iotJobConfiguration && JSON.stringify(input.iotJobConfiguration),
    jobId,
    jobArn: kernel.arn('iot', `job/${jobId}`),
    status: 'ACTIVE',
    created: kernel.clock.now(),
    clientToken,
    tags: input.tags ?? {},
  };
  greengrass.deployments.put(deployment.id, deployment);
  greengrass.jobs.put(jobId, deployment.id);
  await startJob(greengrass, deployment, input, caller);
  await supersede(greengrass, deployment, caller);
  return answer(deployment);
};

async function startJob(
  greengrass: Greengrass,
  deployment: Deployment,
  input: CreateDeploymentInput,
  caller: Caller,
): Promise<void> {
  const { jobId, targetArn } = deployment;
  const job = input.iotJobConfiguration;
  await greengrass.kernel.call(
    'iot',
    'CreateJob',
    {
      jobId,
      targets: [targetArn],
      targetSelection: 'CONTINUOUS',
      namespaceId: NAMESPACE,
      document: jobDocument(greengrass, deployment),
      description: `Greengrass deployment ${deployment.id}`,
      jobExecutionsRolloutConfig: job?.jobExecutionsRolloutConfig,
      abortConfig: job?.abortConfig,
      timeoutConfig: job?.timeoutConfig,
    },
    caller,
  );
}

function componentsOf(
  greengrass: Greengrass,
  { components = {} }: CreateDeploymentInput,
): Record<string, DeployedComponent> {
  const entries = Object.entries(components).map(
    ([name, { componentVersion = '', configurationUpdate, runWith }]): [string, DeployedComponent] => {
      if (runWith) throw notImplemented(`greengrass:CreateDeployment with runWith of ${name}`);
      if (!isDeployable(greengrass, name, componentVersion))
        throw notFound('component', `${name} ${componentVersion} (in a deployable state)`);
      const merge = checkedMerge(name, configurationUpdate?.merge);
      return [name, { componentVersion, reset: configurationUpdate?.reset ?? [], merge }];
    },
  );
  return Object.fromEntries(entries);
}

export const getDeployment: Operation<'greengrassv2', 'GetDeployment', Greengrass> = async (
  { deploymentId = '' },
  { caller },
  greengrass,
) => {
  const deployment = required(greengrass.deployments.get(deploymentId), 'deployment', deploymentId);
  const components = Object.entries(deployment.components).map(([name, { componentVersion, reset, merge }]) => [
    name,
    { componentVersion, ...((reset.length > 0 || merge !== undefined) && { configurationUpdate: { reset, merge } }) },
  ]);
  return {
    targetArn: deployment.targetArn,
    revisionId: `${deployment.revision}`,
    deploymentId,
    deploymentName: deployment.name,
    deploymentStatus: await statusOf(greengrass, deployment, caller),
    iotJobId: deployment.jobId,
    iotJobArn: deployment.jobArn,
    components: Object.fromEntries(components),
    deploymentPolicies: {
      failureHandlingPolicy: deployment.failureHandlingPolicy,
      componentUpdatePolicy: deployment.componentUpdatePolicy,
      configurationValidationPolicy: { timeoutInSeconds: deployment.configurationValidationTimeout },
    },
    iotJobConfiguration:
      deployment.jobConfiguration === undefined ? undefined : JSON.parse(deployment.jobConfiguration),
    creationTimestamp: new Date(deployment.created),
    isLatestForTarget: isLatest(greengrass, deployment),
    tags: deployment.tags,
  };
};

/** Newest first; by default only each target's latest. */
export const listDeployments: Operation<'greengrassv2', 'ListDeployments', Greengrass> = async (
  input,
  { caller },
  greengrass,
) => {
  const { targetArn, historyFilter = 'LATEST_ONLY' } = input;
  const found = greengrass.deployments
    .list()
    .map(({ value }) => value)
    .filter((deployment) => targetArn === undefined || deployment.targetArn === targetArn)
    .filter((deployment) => historyFilter === 'ALL' || isLatest(greengrass, deployment))
    .toSorted((a, b) => b.created - a.created || b.revision - a.revision);
  const { items, nextToken } = page(found, input.maxResults, input.nextToken);
  const deployments = await Promise.all(
    items.map(async (deployment) => ({
      targetArn: deployment.targetArn,
      revisionId: `${deployment.revision}`,
      deploymentId: deployment.id,
      deploymentName: deployment.name,
      creationTimestamp: new Date(deployment.created),
      deploymentStatus: await statusOf(greengrass, deployment, caller),
      isLatestForTarget: isLatest(greengrass, deployment),
    })),
  );
  return { deployments, nextToken };
};

/** Devices that have begun the deployment go on with it. */
export const cancelDeployment: Operation<'greengrassv2', 'CancelDeployment', Greengrass> = async (
  { deploymentId = '' },
  { caller },
  greengrass,
) => {
  const deployment = required(greengrass.deployments.get(deploymentId), 'deployment', deploymentId);
  greengrass.deployments.put(deploymentId, { ...deployment, status: 'CANCELED' });
  await cancelJob(greengrass, deployment, 'cancelled', caller);
  return { message: `Deployment ${deploymentId} is cancelled.` };
};
