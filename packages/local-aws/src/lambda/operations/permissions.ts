import { AwsError, notImplemented } from '../../kernel/errors.ts';
import type { LambdaFunction, PolicyStatement } from '../functions.ts';
import type { LambdaOperation } from '../state.ts';

const notFound = (message: string) =>
  new AwsError('ResourceNotFoundException', message, { status: 404, extra: { Type: 'User' } });

export const addPermission: LambdaOperation<'AddPermission'> = (input, _request, state) => {
  const lambda = state.functions.get(input.FunctionName, input.Qualifier);
  const { StatementId: Sid = '', Action = '', Principal = '' } = input;
  for (const name of ['EventSourceToken', 'FunctionUrlAuthType', 'PrincipalOrgID'] as const)
    if (input[name] !== undefined) throw notImplemented(`Lambda permissions with ${name}`);
  if (lambda.policy.some((statement) => statement.Sid === Sid))
    throw new AwsError(
      'ResourceConflictException',
      `The statement id (${Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
      { extra: { Type: 'User' } },
    );
  const statement: PolicyStatement = {
    Sid,
    Effect: 'Allow',
    Principal: principalOf(Principal),
    Action,
    Resource: lambda.arn,
    ...conditionOf(input.SourceArn, input.SourceAccount),
  };
  state.functions.put({ ...lambda, policy: [...lambda.policy, statement] });
  return { Statement: JSON.stringify(statement) };
};

export const removePermission: LambdaOperation<'RemovePermission'> = (input, _request, state) => {
  const lambda = state.functions.get(input.FunctionName, input.Qualifier);
  const policy = lambda.policy.filter(({ Sid }) => Sid !== input.StatementId);
  if (policy.length === lambda.policy.length)
    throw notFound(`Statement ${input.StatementId} is not found in resource policy.`);
  state.functions.put({ ...lambda, policy });
  return {};
};

export const getPolicy: LambdaOperation<'GetPolicy'> = (input, _request, state) => {
  const lambda = state.functions.get(input.FunctionName, input.Qualifier);
  if (lambda.policy.length === 0) throw notFound('The resource you requested does not exist.');
  return { Policy: policyDocument(lambda), RevisionId: lambda.revisionId };
};

/** The function's resource policy. */
export function policyDocument(lambda: LambdaFunction): string {
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: lambda.policy });
}

function principalOf(principal: string): PolicyStatement['Principal'] {
  if (principal === '*') return '*';
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  return principal.startsWith('arn:') ? { AWS: principal } : { Service: principal };
}

function conditionOf(
  sourceArn: string | undefined,
  sourceAccount: string | undefined,
): Pick<PolicyStatement, 'Condition'> {
  const Condition: Record<string, Record<string, string>> = {};
  if (sourceArn !== undefined) Condition.ArnLike = { 'AWS:SourceArn': sourceArn };
  if (sourceAccount !== undefined) Condition.StringEquals = { 'AWS:SourceAccount': sourceAccount };
  return Object.keys(Condition).length > 0 ? { Condition } : {};
}
