import { passRole } from '../kernel/authorization/permission.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';
import { functionReference, LATEST, PRINCIPAL } from './functions.ts';
import { policyDocument } from './operations/permissions.ts';
import type { LambdaState } from './state.ts';

function lambda(
  { FunctionName, Qualifier }: { FunctionName?: string | undefined; Qualifier?: string | undefined },
  kernel: Kernel,
): string {
  const { name, qualifier } = functionReference(FunctionName, Qualifier);
  return kernel.arn('lambda', `function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`);
}
const mapping = ({ UUID }: { UUID?: string | undefined }, kernel: Kernel) =>
  kernel.arn('lambda', `event-source-mapping:${UUID}`);
const tagged = ({ Resource }: { Resource?: string | undefined }, kernel: Kernel) =>
  lambda({ FunctionName: Resource }, kernel);

export const lambdaAuthorization: ServiceAuthorization<'lambda', LambdaState> = {
  prefix: 'lambda',
  permissions: {
    AddPermission: lambda,
    CreateEventSourceMapping: () => '*',
    CreateFunction: (input, kernel) => [lambda(input, kernel), ...passRole(input.Role, PRINCIPAL)],
    DeleteEventSourceMapping: mapping,
    DeleteFunction: lambda,
    DeleteFunctionConcurrency: lambda,
    DeleteFunctionEventInvokeConfig: lambda,
    GetEventSourceMapping: mapping,
    GetFunction: lambda,
    GetFunctionConcurrency: lambda,
    GetFunctionConfiguration: lambda,
    GetFunctionEventInvokeConfig: lambda,
    GetPolicy: lambda,
    Invoke: (input, kernel) => ({ action: 'lambda:InvokeFunction', resource: lambda(input, kernel) }),
    ListEventSourceMappings: () => '*',
    ListFunctions: () => '*',
    ListTags: tagged,
    ListVersionsByFunction: lambda,
    PublishVersion: lambda,
    PutFunctionConcurrency: lambda,
    PutFunctionEventInvokeConfig: lambda,
    RemovePermission: lambda,
    TagResource: tagged,
    UntagResource: tagged,
    UpdateEventSourceMapping: mapping,
    UpdateFunctionCode: lambda,
    UpdateFunctionConfiguration: (input, kernel) => [lambda(input, kernel), ...passRole(input.Role, PRINCIPAL)],
  },
  resourcePolicies: (arn, { functions }) => {
    const [name = '', qualifier = LATEST] = arn.split(':').slice(6);
    const found = functions.find({ name, qualifier });
    return found && (found.policy.length > 0 ? [{ name: 'FunctionPolicy', text: policyDocument(found) }] : []);
  },
};
