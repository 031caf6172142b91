import type { Caller } from '../caller.ts';
import { AwsError } from '../errors.ts';
import type { ServiceName } from '../modules.ts';
import type { Decision } from './evaluate.ts';
import type { Need } from './permission.ts';

/** How each service says no: XML and Query services, JSON ones, and those that speak JSON over REST. */
const XML = { code: 'AccessDenied', status: 403 };
const JSON_RPC = { code: 'AccessDeniedException', status: 400 };
const REST_JSON = { code: 'AccessDeniedException', status: 403 };

const FORMS: Record<ServiceName, { code: string; status: number }> = {
  athena: JSON_RPC,
  cloudformation: XML,
  cloudwatch: JSON_RPC,
  dynamodb: JSON_RPC,
  ecr: JSON_RPC,
  eventbridge: JSON_RPC,
  'featurestore-runtime': REST_JSON,
  glue: JSON_RPC,
  greengrassv2: REST_JSON,
  iam: XML,
  iot: REST_JSON,
  lambda: REST_JSON,
  logs: JSON_RPC,
  s3: XML,
  sagemaker: JSON_RPC,
  sfn: JSON_RPC,
  sqs: JSON_RPC,
  sts: XML,
};

const REASONS: Record<Denied['because'], (action: string) => string> = {
  'no-identity-policy': (action) => `because no identity-based policy allows the ${action} action`,
  'no-resource-policy': (action) => `because no resource-based policy allows the ${action} action`,
  'denied-by-identity': () => 'with an explicit deny in an identity-based policy',
  'denied-by-resource': () => 'with an explicit deny in a resource-based policy',
};

/** What somebody may not do. */
export interface Denied {
  caller: Caller;
  need: Need;
  because: (Decision & { allowed: false })['because'];
}

/** "Troubleshoot access denied error messages": who, what, on what, and why not. */
export function denial(service: ServiceName, { caller, need: { action, resource }, because }: Denied): AwsError {
  const on = service === 's3' ? JSON.stringify(resource) : resource;
  const message = `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${on} ${REASONS[because](action)}`;
  const { code, status } = FORMS[service];
  return new AwsError(code, message, { status });
}
