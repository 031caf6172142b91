import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AddPermissionCommand, CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { zipped } from '../../../packages/local-aws/src/lambda/test-package.ts';
import { startAwsProcess } from '../embedded-aws/process.ts';
import type { Side } from './contestant.ts';

const NAME = 'note';

/** The embedded AWS with one function and a rule that leads to it. What it acknowledges is on disk. */
export async function embeddedSide(notePort: number): Promise<Side> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-'));
  const aws = await startAwsProcess(join(folder, 'aws'));
  const { endpoint, region, credentials } = aws.connection;
  const configuration = { endpoint, region, credentials };
  const lambda = new LambdaClient(configuration);
  const events = new EventBridgeClient(configuration);
  await createFunction(new IAMClient(configuration), lambda, events, notePort);
  return {
    contestants: [
      {
        name: 'embedded AWS: PutEvents → rule → function',
        async send(id) {
          const entry = { Source: 'bench', DetailType: 'Noted', Detail: JSON.stringify({ id }) };
          const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries: [entry] }));
          if (FailedEntryCount !== 0) throw new Error(`the event ${id} was not taken`);
        },
      },
      {
        name: 'embedded AWS: Invoke (Event) → function',
        async send(id) {
          const Payload = JSON.stringify({ detail: { id } });
          await lambda.send(new InvokeCommand({ FunctionName: NAME, InvocationType: 'Event', Payload }));
        },
      },
    ],
    async close() {
      await aws.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function createFunction(
  iam: IAMClient,
  lambda: LambdaClient,
  events: EventBridgeClient,
  notePort: number,
): Promise<void> {
  const statement = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: NAME, AssumeRolePolicyDocument }));
  const logging = {
    Effect: 'Allow',
    Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: `arn:aws:logs:*:*:log-group:/aws/lambda/${NAME}:*`,
  };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [logging] });
  await iam.send(new PutRolePolicyCommand({ RoleName: NAME, PolicyName: 'logging', PolicyDocument }));
  const source = await readFile(join(import.meta.dirname, 'handler', 'index.mjs'), 'utf8');
  const { FunctionArn } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: NAME,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: Role?.Arn,
      Code: { ZipFile: zipped({ 'index.mjs': source }) },
      Environment: { Variables: { NOTE_PORT: String(notePort) } },
      Timeout: 60,
    }),
  );
  const { RuleArn } = await events.send(new PutRuleCommand({ Name: NAME, EventPattern: '{"source":["bench"]}' }));
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: NAME,
      StatementId: 'rule',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: RuleArn,
    }),
  );
  await events.send(new PutTargetsCommand({ Rule: NAME, Targets: [{ Id: 'function', Arn: FunctionArn }] }));
}
