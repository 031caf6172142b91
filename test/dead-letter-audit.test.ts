import { expect, test } from 'vitest';
import { auditDeadLetters } from './dead-letter-audit.ts';

const arn = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] });
const sending = (...resources: string[]) => ({
  Effect: 'Allow',
  Action: 'sqs:SendMessage',
  Resource: resources.map(arn),
});

/** A stack in which nothing can be lost. */
function guarded() {
  return {
    Resources: {
      DeadLetters: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: 'assay-local-press-dlq',
          MessageRetentionPeriod: 1_209_600,
          RedriveAllowPolicy: { redrivePermission: 'byQueue', sourceQueueArns: ['…'] },
        },
      },
      Policy: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          PolicyDocument: {
            Statement: [
              {
                ...sending('DeadLetters'),
                Principal: { Service: 'events.amazonaws.com' },
                Condition: { ArnEquals: { 'aws:SourceArn': [arn('Rule')] } },
              },
            ],
          },
        },
      },
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: { RedrivePolicy: { deadLetterTargetArn: arn('DeadLetters'), maxReceiveCount: 5 } },
      },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: { Targets: [{ Id: 'press', Arn: arn('Press'), DeadLetterConfig: { Arn: arn('DeadLetters') } }] },
      },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: { Policies: [{ PolicyDocument: { Statement: [sending('DeadLetters')] } }] },
      },
      Alarm: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmDescription: 'See "assay stuck".',
          MetricName: 'ApproximateNumberOfMessagesVisible',
          Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['DeadLetters', 'QueueName'] } }],
        },
      },
      Press: { Type: 'AWS::Lambda::Function', Properties: { Role: arn('Role') } },
      PressEvents: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: 'Press' },
          DestinationConfig: { OnFailure: { Destination: arn('DeadLetters') } },
        },
      },
    } satisfies Record<string, { Type: string; Properties: Record<string, unknown> }>,
  };
}

type Stack = ReturnType<typeof guarded>['Resources'];
type Loosened = Record<keyof Stack | 'More', { Type: string; Properties: Record<string, unknown> }>;

function audit(loosen: (stack: Loosened) => void = () => undefined): string[] {
  const template = guarded();
  loosen(template.Resources as unknown as Loosened);
  return auditDeadLetters('press', 'local', template);
}

test('finds nothing in a stack in which nothing can be lost', () => {
  expect(audit()).toEqual([]);
});

test.each<[string, (stack: Loosened) => void]>([
  [
    'there is no queue assay-local-press-dlq, where "assay stuck" looks',
    ({ DeadLetters }) => {
      DeadLetters.Properties.QueueName = 'other';
    },
  ],
  [
    'DeadLetters: does not keep dead letters for 14 days (MessageRetentionPeriod)',
    ({ DeadLetters }) => {
      DeadLetters.Properties.MessageRetentionPeriod = 345_600;
    },
  ],
  [
    'DeadLetters: does not say which queues may use it (RedriveAllowPolicy)',
    ({ DeadLetters }) => {
      delete DeadLetters.Properties.RedriveAllowPolicy;
    },
  ],
  [
    'DeadLetters: no alarm tells that something is in it ("assay stuck")',
    ({ Alarm }) => {
      Alarm.Properties.MetricName = 'NumberOfMessagesSent';
    },
  ],
  [
    'Rule, press: has no DeadLetterConfig',
    ({ Rule }) => {
      Rule.Properties.Targets = [{ Id: 'press', Arn: arn('Press') }];
    },
  ],
  [
    'More, target: has no DeadLetterConfig',
    (stack) => {
      stack.More = { Type: 'AWS::Scheduler::Schedule', Properties: { Target: { Arn: arn('Press') } } };
    },
  ],
  [
    'More, press: may not write to DeadLetters (queue policy)',
    (stack) => {
      stack.More = structuredClone(stack.Rule);
    },
  ],
  [
    'Rule, press: has an InputPath; a redrive delivers the event as it is',
    ({ Rule }) => {
      const [target] = Rule.Properties.Targets as Record<string, unknown>[];
      Rule.Properties.Targets = [{ ...target, InputPath: '$.detail' }];
    },
  ],
  [
    "Policy: allows more than one service's SendMessage from named sources",
    ({ Policy }) => {
      const open = { ...sending('Queue'), Principal: '*' };
      (Policy.Properties.PolicyDocument as { Statement: unknown[] }).Statement.push(open);
    },
  ],
  [
    'More: has no on-failure destination',
    (stack) => {
      stack.More = structuredClone(stack.Press);
    },
  ],
  [
    'Press: its role may not write to DeadLetters',
    ({ Role }) => {
      Role.Properties.Policies = [];
    },
  ],
  [
    'More: has no RedrivePolicy',
    (stack) => {
      stack.More = { Type: 'AWS::SQS::Queue', Properties: {} };
    },
  ],
])('finds: %s', (complaint, loosen) => {
  expect(audit(loosen)).toEqual([complaint]);
});
