import type { ServiceName } from '../../kernel/modules.ts';

/** What a Task's `Resource` stands for. */
export type Integration =
  /** A function's own ARN: the arguments are its event, what it returns is the result. */
  | { kind: 'function'; functionArn: string }
  | { kind: 'lambda-invoke' }
  | { kind: 'labeling-job'; sync: boolean }
  | { kind: 'sdk'; service: ServiceName; operation: string; errorPrefix: string };

/**
 * The services that `aws-sdk` tasks reach: their name in the resource, ours, and the prefix of their errors' names. Only
 * those whose parameters are PascalCase in the API too, as Step Functions writes them for all.
 */
const SDK_SERVICES: Record<string, { service: ServiceName; errorPrefix: string }> = {
  athena: { service: 'athena', errorPrefix: 'Athena' },
  eventbridge: { service: 'eventbridge', errorPrefix: 'EventBridge' },
  glue: { service: 'glue', errorPrefix: 'Glue' },
  lambda: { service: 'lambda', errorPrefix: 'Lambda' },
  s3: { service: 's3', errorPrefix: 'S3' },
  sagemaker: { service: 'sagemaker', errorPrefix: 'SageMaker' },
  sagemakerfeaturestoreruntime: { service: 'featurestore-runtime', errorPrefix: 'SageMakerFeatureStoreRuntime' },
  sqs: { service: 'sqs', errorPrefix: 'Sqs' },
};

/** The integration of a resource, or undefined when it isn't implemented. */
export function integrationOf(resource: string): Integration | undefined {
  if (/^arn:aws:lambda:[^:]+:\d+:function:[^:]+(:[^:]+)?$/.test(resource))
    return { kind: 'function', functionArn: resource };
  const [, name] = /^arn:aws:states:::(.+)$/.exec(resource) ?? [];
  if (name === 'lambda:invoke') return { kind: 'lambda-invoke' };
  if (name === 'sagemaker:createLabelingJob') return { kind: 'labeling-job', sync: false };
  if (name === 'sagemaker:createLabelingJob.sync') return { kind: 'labeling-job', sync: true };
  const [, service = '', action = ''] = /^aws-sdk:([a-z0-9]+):([a-z][A-Za-z0-9]*)$/.exec(name ?? '') ?? [];
  const known = Object.hasOwn(SDK_SERVICES, service) ? SDK_SERVICES[service] : undefined;
  return known && { kind: 'sdk', ...known, operation: action[0]?.toUpperCase() + action.slice(1) };
}

/** `resourceType` and `resource` as the history's task events have them. */
export function resourceNames(resource: string): { resourceType: string; resource: string } {
  const name = resource.replace(/^arn:aws:states:::/, '');
  const cut = name.lastIndexOf(':');
  return { resourceType: name.slice(0, cut), resource: name.slice(cut + 1) };
}
