import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { writePrivateFile } from './private-file.ts';

/** How to reach the AWS that a command talks to. */
export interface Connection {
  stage: string;
  region: string;
  account: string;
  /** Absent for AWS itself. */
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** Process id of the embedded AWS. */
  pid?: number;
}

/** How to reach the embedded AWS. */
export type LocalConnection = Connection & Required<Pick<Connection, 'endpoint' | 'credentials' | 'pid'>>;

const fileSchema: z.ZodType<LocalConnection> = z.strictObject({
  stage: z.string().min(1),
  region: z.string().min(1),
  account: z.string().min(1),
  endpoint: z.url(),
  credentials: z.strictObject({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1) }),
  pid: z.int().positive(),
});

/** Milliseconds; it is busy at times. */
const LONGEST_ANSWER = 10_000;

/** The file that says where the embedded AWS of a data directory listens. Readable by its owner only. */
export const connectionFile = (dataDir: string) => join(dataDir, 'connection.json');

/** @throws CliError when nothing runs on `dataDir`, with what to do. */
export async function localConnection(dataDir: string): Promise<LocalConnection> {
  const connection = await runningConnection(dataDir);
  if (!connection)
    throw new CliError(
      `No embedded AWS is running on ${dataDir}.`,
      'Start one with "npm start" (in another terminal), or name its folder with --data DIR.',
    );
  return connection;
}

/** Where the embedded AWS of a data directory runs; undefined when none does, whatever an earlier one has left behind. */
export async function runningConnection(dataDir: string): Promise<LocalConnection | undefined> {
  const connection = await readConnection(dataDir);
  return connection && isRunning(connection.pid) && (await answers(connection)) ? connection : undefined;
}

/** After a power cut, the process id that was written down may be anybody's. */
async function answers({ endpoint }: LocalConnection): Promise<boolean> {
  try {
    return (await fetch(new URL('/_iot/root-ca.pem', endpoint), { signal: AbortSignal.timeout(LONGEST_ANSWER) })).ok;
  } catch {
    // Nobody listens there.
    return false;
  }
}

async function readConnection(dataDir: string): Promise<LocalConnection | undefined> {
  const path = connectionFile(dataDir);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CliError(`${path} is damaged.`, 'Stop the embedded AWS, delete the file and start again.', { cause });
  }
}

/** For our commands `connection.json`; for the aws CLI and the SDKs a profile. Readable by their owner only. */
export async function publishConnection(dataDir: string, connection: LocalConnection): Promise<void> {
  const { accessKeyId, secretAccessKey } = connection.credentials;
  // The aws CLI's first version takes the region from here, not from AWS_REGION.
  const profile = { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey, region: connection.region };
  const lines = Object.entries(profile).map(([name, value]) => `${name} = ${value}\n`);
  await writePrivateFile(join(dataDir, 'credentials'), `[assay]\n${lines.join('')}`);
  await writePrivateFile(connectionFile(dataDir), `${JSON.stringify(connection, null, 2)}\n`);
}

export function isRunning(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
