import type { Capability, Stack as StackOutput, StackStatus } from '@aws-sdk/client-cloudformation';
import type { Operation } from '../../kernel/service.ts';
import { liveStacks } from '../exports.ts';
import type { Stack } from '../stack.ts';
import { type CloudFormation, requireStack } from '../state.ts';
import { parseTemplate } from '../template.ts';

export const describeStacks: Operation<'cloudformation', 'DescribeStacks', CloudFormation> = (
  input,
  _request,
  cfn,
) => ({
  Stacks: (input.StackName === undefined ? liveStacks(cfn) : [requireStack(cfn, input.StackName)]).map(describe),
});

export const listStacks: Operation<'cloudformation', 'ListStacks', CloudFormation> = (input, _request, cfn) => {
  const wanted = new Set<StackStatus>(input.StackStatusFilter ?? []);
  const stacks = cfn.stacks.list().map(({ value }) => value);
  return {
    StackSummaries: stacks
      .filter(({ status }) => wanted.size === 0 || wanted.has(status))
      .sort((a, b) => b.created - a.created)
      .map((stack) => ({
        StackId: stack.id,
        StackName: stack.name,
        TemplateDescription: stack.description,
        CreationTime: new Date(stack.created),
        ...times(stack),
        StackStatus: stack.status,
        StackStatusReason: stack.reason,
      })),
  };
};

function describe(stack: Stack): StackOutput {
  const { definition } = stack;
  const { Parameters } = parseTemplate(definition.template);
  return {
    StackId: stack.id,
    StackName: stack.name,
    ChangeSetId: stack.changeSetId,
    Description: stack.description,
    CreationTime: new Date(stack.created),
    ...times(stack),
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    DisableRollback: stack.operation?.onFailure === 'nothing',
    RollbackConfiguration: {},
    NotificationARNs: [],
    EnableTerminationProtection: false,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
    Parameters: Object.entries(Parameters).map(([name, { Default, NoEcho }]) => ({
      ParameterKey: name,
      ParameterValue: NoEcho ? '****' : (definition.parameters[name] ?? Default),
    })),
    // Whatever the caller acknowledged; the SDK's type lists the ones that mean something.
    Capabilities: definition.capabilities as Capability[],
    Tags: definition.tags,
    Outputs: stack.outputs.map(({ key, value, description, exportName }) => ({
      OutputKey: key,
      OutputValue: value,
      Description: description,
      ExportName: exportName,
    })),
  };
}

function times({ updated, deleted }: Stack) {
  return {
    ...(updated === undefined ? {} : { LastUpdatedTime: new Date(updated) }),
    ...(deleted === undefined ? {} : { DeletionTime: new Date(deleted) }),
  };
}
