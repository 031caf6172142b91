import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { allExports, importers } from '../exports.ts';
import type { Stack, StackResource } from '../stack.ts';
import { type CloudFormation, requireStack, resourcesOf } from '../state.ts';
import { parseTemplate, requiredCapabilities } from '../template.ts';
import { templateText } from '../template-source.ts';

const EVENTS_PER_PAGE = 100;

export const describeStackEvents: Operation<'cloudformation', 'DescribeStackEvents', CloudFormation> = (
  input,
  _request,
  cfn,
) => {
  const stack = requireStack(cfn, input.StackName);
  const before = input.NextToken === undefined ? undefined : Number(input.NextToken);
  const { events, last } = cfn.events.page(stack.id, EVENTS_PER_PAGE, before);
  return { StackEvents: events, ...(last === undefined ? {} : { NextToken: String(last) }) };
};

export const describeStackResource: Operation<'cloudformation', 'DescribeStackResource', CloudFormation> = (
  input,
  _request,
  cfn,
) => {
  const stack = requireStack(cfn, input.StackName);
  const found = resourcesOf(cfn, stack.id).find(({ logicalId }) => logicalId === input.LogicalResourceId);
  if (!found)
    throw new AwsError('ValidationError', `Resource ${input.LogicalResourceId} does not exist for stack ${stack.name}`);
  const { LastUpdatedTimestamp, ...summary } = summaryOf(found);
  return { StackResourceDetail: { ...namesOf(stack), ...summary, LastUpdatedTimestamp } };
};

export const describeStackResources: Operation<'cloudformation', 'DescribeStackResources', CloudFormation> = (
  input,
  _request,
  cfn,
) => {
  const stack = requireStack(cfn, input.StackName);
  const wanted = resourcesOf(cfn, stack.id).filter(
    ({ logicalId }) => input.LogicalResourceId === undefined || logicalId === input.LogicalResourceId,
  );
  return {
    StackResources: wanted.map((resource) => {
      const { LastUpdatedTimestamp, ...summary } = summaryOf(resource);
      return { ...namesOf(stack), ...summary, Timestamp: LastUpdatedTimestamp };
    }),
  };
};

export const listStackResources: Operation<'cloudformation', 'ListStackResources', CloudFormation> = (
  input,
  _request,
  cfn,
) => ({ StackResourceSummaries: resourcesOf(cfn, requireStack(cfn, input.StackName).id).map(summaryOf) });

export const getTemplate: Operation<'cloudformation', 'GetTemplate', CloudFormation> = (input, _request, cfn) => ({
  TemplateBody: requireStack(cfn, input.StackName).definition.template,
  StagesAvailable: ['Original', 'Processed'],
});

export const validateTemplate: Operation<'cloudformation', 'ValidateTemplate', CloudFormation> = async (
  input,
  { caller },
  cfn,
) => {
  const template = parseTemplate(await templateText(cfn, input, caller));
  return {
    Description: template.Description,
    Capabilities: requiredCapabilities(template),
    Parameters: Object.entries(template.Parameters).map(([ParameterKey, { Default, NoEcho, Description }]) => ({
      ParameterKey,
      DefaultValue: Default,
      NoEcho,
      Description,
    })),
  };
};

export const listExports: Operation<'cloudformation', 'ListExports', CloudFormation> = (_input, _request, cfn) => ({
  Exports: allExports(cfn).map(({ name, value, stackId }) => ({ ExportingStackId: stackId, Name: name, Value: value })),
});

export const listImports: Operation<'cloudformation', 'ListImports', CloudFormation> = (input, _request, cfn) => {
  const name = input.ExportName ?? '';
  const stacks = importers(cfn, name);
  if (stacks.length === 0) throw new AwsError('ValidationError', `Export '${name}' is not imported by any stack.`);
  return { Imports: stacks };
};

const namesOf = ({ id, name }: Stack) => ({ StackId: id, StackName: name });

function summaryOf({ logicalId, type, status, reason, changed, physical }: StackResource) {
  return {
    LogicalResourceId: logicalId,
    ...(physical ? { PhysicalResourceId: physical.id } : {}),
    ResourceType: type,
    LastUpdatedTimestamp: new Date(changed),
    ResourceStatus: status,
    ...(reason === undefined ? {} : { ResourceStatusReason: reason }),
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' as const },
  };
}
