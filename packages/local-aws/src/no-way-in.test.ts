import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { againstAws, startAws, type TestAws } from '../test/harness.ts';
import { listenersOf } from '../test/listeners.ts';
import { moduleZip } from './lambda/test-package.ts';

/** Tells what a function knows of where it runs. */
const HANDLER = moduleZip('export const handler = async () => process.env.AWS_LAMBDA_RUNTIME_API;');
const ANYONE_ELSE = 0o077;

describe.skipIf(againstAws)('the embedded AWS on a machine of several people', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'no-way-in-'));
  let aws: TestAws;
  let runtimeApi: string;

  beforeAll(async () => {
    // A folder that was there before, open to all.
    chmodSync(dataDir, 0o755);
    aws = await startAws({ dataDir });
    const Principal = { Service: 'lambda.amazonaws.com' };
    const Statement = [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    const role = new CreateRoleCommand({ RoleName: 'function', AssumeRolePolicyDocument });
    const { Role } = await aws.client(IAMClient).send(role);
    const lambda = aws.client(LambdaClient);
    const Code = { ZipFile: HANDLER };
    const settings = { FunctionName: 'f', Runtime: 'nodejs22.x' as const, Handler: 'index.handler' };
    await lambda.send(new CreateFunctionCommand({ ...settings, Role: Role?.Arn, Code }));
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'f' }));
    runtimeApi = JSON.parse(Buffer.from(Payload ?? []).toString());
    await aws.client(DynamoDBClient).send(
      new CreateTableCommand({
        TableName: 'table',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
  });
  afterAll(async () => {
    await aws.close();
    rmSync(dataDir, { recursive: true });
  });

  test.runIf(process.platform === 'linux')('listens on the loopback address only', () => {
    const listeners = listenersOf(process.pid);
    // The gateway, the Runtime API, dynalite, the devices' endpoint.
    expect(listeners.length).toBeGreaterThanOrEqual(4);
    expect(listeners.filter((address) => !address.startsWith('127.0.0.1:'))).toEqual([]);
  });

  const status = (port: number | string, path: string, headers: Record<string, string> = {}) =>
    new Promise<number | undefined>((resolve, reject) => {
      httpRequest({ host: '127.0.0.1', port, path, headers }, (response) => resolve(response.resume().statusCode))
        .once('error', reject)
        .end();
    });

  test('answers nobody without a signature or a secret, whatever the port', async () => {
    // The devices' port speaks TLS, and has a suite of its own.
    const ports = listenersOf(process.pid).map((address) => address.slice(address.lastIndexOf(':') + 1));
    for (const port of ports)
      for (const path of ['/', '/2018-06-01/runtime/invocation/next', '/guess/2018-06-01/runtime/invocation/next'])
        expect(await status(port, path).catch(() => 403), `${port}${path}`).toBe(403);
  });

  test('answers no name that somebody pointed at it', async () => {
    const [address = '', secret = ''] = runtimeApi.split('/');
    const [, port = ''] = address.split(':');
    const evil = { host: 'evil.example' };
    expect(await status(port, `/${secret}/2018-06-01/runtime/invocation/none/response`)).toBe(404);
    expect(await status(port, `/${secret}/2018-06-01/runtime/invocation/next`, evil)).toBe(403);
    expect(await status(new URL(aws.endpoint).port, '/_iot/root-ca.pem')).toBe(200);
    expect(await status(new URL(aws.endpoint).port, '/_iot/root-ca.pem', evil)).toBe(403);
  });

  test('keeps what it stores to its owner', () => {
    const open = readdirSync(dataDir).filter((name) => (statSync(join(dataDir, name)).mode & ANYONE_ELSE) !== 0);
    expect(open).toEqual([]);
    const keys = readdirSync(join(dataDir, 'iot')).map((name) => statSync(join(dataDir, 'iot', name)).mode & 0o777);
    expect(new Set(keys)).toEqual(new Set([0o600]));
  });
});
