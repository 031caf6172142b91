import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../src/index.ts';
import { administratorCaller } from '../src/kernel/caller.ts';

interface ClientConfiguration {
  endpoint?: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  maxAttempts?: number;
}

interface TestOptions extends Partial<LocalAwsOptions> {
  /** Names of roles that are there, trust the services, and may do all: for suites that are about something else. */
  openRoles?: string[];
}

export interface TestAws {
  endpoint: string;
  dataDir: string;
  aws: LocalAws;
  /** A real SDK client of the administrator, e.g. `client(SQSClient)`. */
  client<Client>(Client: new (configuration: ClientConfiguration) => Client, overrides?: ClientConfiguration): Client;
  /** Stops in an orderly way and starts again on the same data and port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** True when the conformance suites are to run against AWS itself, with the credentials of the environment. */
export const againstAws = process.env.ASSAY_CONFORMANCE_TARGET === 'aws';

const SERVICES = ['lambda', 'states', 'sagemaker', 'events', 'credentials.iot'].map((name) => `${name}.amazonaws.com`);

/** Makes a role that the services and the account's administrator may assume, with a policy of these statements that allow. */
export async function createRole({ kernel, account }: LocalAws, RoleName: string, allowed: object[]): Promise<void> {
  const caller = administratorCaller(account);
  const document = (statements: object[]) =>
    JSON.stringify({ Version: '2012-10-17', Statement: statements.map((one) => ({ Effect: 'Allow', ...one })) });
  const Principal = { Service: SERVICES, AWS: `arn:aws:iam::${account}:root` };
  const AssumeRolePolicyDocument = document([{ Principal, Action: 'sts:AssumeRole' }]);
  await kernel.call('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument }, caller);
  const PolicyDocument = document(allowed);
  if (allowed.length > 0)
    await kernel.call('iam', 'PutRolePolicy', { RoleName, PolicyName: 'allowed', PolicyDocument }, caller);
}

/** The attributes of a queue that lets all rules send to it. */
export function openToRules(queueName: string): { Policy: string } {
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: `arn:aws:sqs:eu-west-1:000000000000:${queueName}`,
  };
  return { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) };
}

/** Starts the embedded AWS in a folder of its own, which `close` removes. What it reports fails the test run loudly on stderr. */
export async function startAws({ openRoles = [], ...options }: TestOptions = {}): Promise<TestAws> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'local-aws-'));
  let aws = await startLocalAws({ ...options, dataDir });
  for (const RoleName of openRoles) await createRole(aws, RoleName, [{ Action: '*', Resource: '*' }]);
  const port = Number(new URL(aws.endpoint).port);
  return {
    endpoint: aws.endpoint,
    dataDir,
    get aws() {
      return aws;
    },
    client(Client, overrides) {
      if (againstAws) return new Client({ region: process.env.AWS_REGION ?? 'eu-west-1', ...overrides });
      const { endpoint, region, administrator: credentials } = aws;
      return new Client({ endpoint, region, credentials, maxAttempts: 1, ...overrides });
    },
    async restart() {
      await aws.close();
      aws = await startLocalAws({ ...options, dataDir, port });
    },
    async close() {
      await aws.close();
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
