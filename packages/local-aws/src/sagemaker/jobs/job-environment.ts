import { type Caller, serviceRoleCaller } from '../../kernel/caller.ts';
import type { Kernel } from '../../kernel/kernel.ts';

/** Who acts for a job, inside its container and around it. */
export const jobCaller = (roleArn: string): Caller =>
  serviceRoleCaller('sagemaker.amazonaws.com', roleArn, 'SageMaker');

/** What every job finds in its environment: the role's credentials, and where AWS is. */
export function jobEnvironment(
  kernel: Kernel,
  { roleArn, maxRuntimeSeconds }: { roleArn: string; maxRuntimeSeconds: number },
): Record<string, string> {
  // Uploading may follow the longest run.
  const key = kernel.credentials.issue(jobCaller(roleArn), maxRuntimeSeconds + 3600);
  return {
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_SESSION_TOKEN: key.sessionToken,
    AWS_REGION: kernel.region,
    AWS_DEFAULT_REGION: kernel.region,
    AWS_ENDPOINT_URL: kernel.endpoint,
  };
}

/** `/opt/ml/input/config/resourceconfig.json`: one host, as every job here. */
export const resourceConfig = (instanceType: string) => ({
  current_host: 'algo-1',
  current_instance_type: instanceType,
  current_group_name: 'homogeneousCluster',
  hosts: ['algo-1'],
  instance_groups: [{ instance_group_name: 'homogeneousCluster', instance_type: instanceType, hosts: ['algo-1'] }],
  network_interface_name: 'lo',
});
