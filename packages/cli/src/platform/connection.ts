import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';

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

const fileSchema = z.strictObject({
  stage: z.string().min(1),
  region: z.string().min(1),
  account: z.string().min(1),
  endpoint: z.url(),
  credentials: z.strictObject({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1) }),
  pid: z.int().positive(),
});

/** The file that says where the embedded AWS of a data directory listens. Readable by its owner only. */
export const connectionFile = (dataDir: string) => join(dataDir, 'connection.json');

/** @throws CliError when nothing runs on `dataDir`, with what to do. */
export async function localConnection(dataDir: string): Promise<Connection> {
  const connection = await readConnection(dataDir);
  if (!connection || !isRunning(connection.pid ?? 0))
    throw new CliError(
      `No embedded AWS is running on ${dataDir}.`,
      'Start one with "npm start" (in another terminal), or name its folder with --data DIR.',
    );
  return connection;
}

/** What the folder's connection file says, whether or not its process still runs. */
export async function readConnection(dataDir: string): Promise<Connection | undefined> {
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
