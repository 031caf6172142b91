import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../src/index.ts';

interface ClientConfiguration {
  endpoint?: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  maxAttempts?: number;
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

/** Starts the embedded AWS in a folder of its own, which `close` removes. What it reports fails the test run loudly on stderr. */
export async function startAws(options: Partial<LocalAwsOptions> = {}): Promise<TestAws> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'local-aws-'));
  let aws = await startLocalAws({ ...options, dataDir });
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
