import { paginateDescribeStacks, type Stack } from '@aws-sdk/client-cloudformation';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Context } from '../context.ts';
import { SERVICES } from '../names.ts';
import { lineDevices } from '../platform/line-devices.ts';
import { queueUrlOf } from '../stuck/queue-url.ts';
import type { AccessReport } from './access.ts';

/** What a check found, in a line; and what to do, when it isn't well. */
export interface Finding {
  ok: boolean;
  what: string;
  remedy?: string;
}

/** Every service's stack is there and was deployed to its end. */
export async function lookAtStacks({ clients, connection }: Context): Promise<Finding> {
  const stacks: Stack[] = [];
  for await (const { Stacks = [] } of paginateDescribeStacks({ client: clients.cloudFormation }, {}))
    stacks.push(...Stacks);
  const statuses = new Map(stacks.map(({ StackName, StackStatus }) => [StackName, StackStatus]));
  const ill = SERVICES.flatMap((service) => {
    const status = statuses.get(`assay-${service}-${connection.stage}`);
    return status && /^(CREATE|UPDATE)_COMPLETE$/.test(status) ? [] : [`${service} (${status ?? 'not deployed'})`];
  });
  if (ill.length === 0) return { ok: true, what: `All ${SERVICES.length} services are deployed.` };
  const remedy = 'Deploy them with "assay deploy SERVICE"; the stack’s events say why a deploy failed.';
  return { ok: false, what: `Not deployed whole: ${ill.join(', ')}.`, remedy };
}

/** Nothing waits in a dead-letter queue. */
export async function lookAtDeadLetters({ clients, names }: Context): Promise<Finding> {
  const counts = await Promise.all(
    SERVICES.map(async (service) => {
      const QueueUrl = await queueUrlOf(clients.sqs, names.deadLetters(service));
      // The stacks' check tells of a service that isn't there.
      if (!QueueUrl) return { service, count: 0 };
      const wanted = { QueueUrl, AttributeNames: ['ApproximateNumberOfMessages' as const] };
      const { Attributes } = await clients.sqs.send(new GetQueueAttributesCommand(wanted));
      return { service, count: Number(Attributes?.ApproximateNumberOfMessages ?? 0) };
    }),
  );
  const stuck = counts.filter(({ count }) => count > 0);
  if (stuck.length === 0) return { ok: true, what: 'No dead letters.' };
  const what = `Dead letters: ${stuck.map(({ service, count }) => `${service} ${count}`).join(', ')}.`;
  return { ok: false, what, remedy: '"assay stuck" shows each with its reason.' };
}

/** Every device of the line is healthy. */
export async function lookAtDevices(context: Context): Promise<Finding> {
  const devices = await lineDevices(context);
  const ill = devices.filter(({ status }) => status !== 'HEALTHY');
  if (ill.length === 0) return { ok: true, what: `Devices: ${devices.length}, all healthy.` };
  const what = `Unhealthy devices: ${ill.map(({ coreDeviceThingName }) => coreDeviceThingName).join(', ')}.`;
  return { ok: false, what, remedy: '"assay devices" shows what runs on them.' };
}

/** IAM has denied nobody anything. */
export function lookAtDenials({ denied }: AccessReport): Finding {
  if (denied.length === 0) return { ok: true, what: 'IAM has denied no call.' };
  const named = denied.slice(0, 5).map(({ callerArn, service, operation, calls, last }) => {
    const who = callerArn.slice(callerArn.lastIndexOf(':') + 1);
    return `${who} ${service}:${operation} (${calls}×, last ${last})`;
  });
  const remedy = 'Give the role the permission in the service’s serverless.yml, or stop who asks for what it may not.';
  return { ok: false, what: `IAM has denied ${denied.length} kinds of calls: ${named.join('; ')}.`, remedy };
}
