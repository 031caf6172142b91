import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { repositoryRoot } from '../../../packages/cli/src/platform/repository.ts';
import { freePort } from '../free-port.ts';
import type { Side } from './contestant.ts';

/** The peer wants the Serverless Framework 3, so both are installed beside the repository's own packages. */
const PEER = ['serverless@3.40.0', 'serverless-offline@13.9.0'];
const FOLDER = join(repositoryRoot, '.bench', 'serverless-offline');
const START_SECONDS = 120;

const serviceFile = (ports: { http: number; lambda: number }, notePort: number) => `service: peer
frameworkVersion: '3'
provider: { name: aws, runtime: nodejs20.x }
plugins: [serverless-offline]
custom:
  serverless-offline: { host: 127.0.0.1, httpPort: ${ports.http}, lambdaPort: ${ports.lambda} }
functions:
  note: { handler: index.handler, timeout: 60, environment: { NOTE_PORT: '${notePort}' } }
`;

/**
 * serverless-offline with the same function, asked over its own Lambda endpoint. It keeps events in memory. Undefined, and
 * said why, when it isn't installed and can't be (or, with `install` false, mustn't be).
 */
export async function serverlessOfflineSide(
  notePort: number,
  { install, say }: { install: boolean; say(line: string): void },
): Promise<Side | undefined> {
  await mkdir(FOLDER, { recursive: true });
  if (!(await installed({ install, say }))) return undefined;
  const ports = { http: await freePort(), lambda: await freePort() };
  await writeFile(join(FOLDER, 'serverless.yml'), serviceFile(ports, notePort));
  await cp(join(import.meta.dirname, 'handler', 'index.mjs'), join(FOLDER, 'index.mjs'));
  const child = spawn(process.execPath, [join(FOLDER, 'node_modules/serverless/bin/serverless.js'), 'offline'], {
    cwd: FOLDER,
    env: { ...process.env, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  await listening(child);
  const lambda = new LambdaClient({
    endpoint: `http://127.0.0.1:${ports.lambda}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
  return {
    contestants: [
      {
        name: 'serverless-offline: Invoke (Event) → function',
        async send(id) {
          const Payload = JSON.stringify({ detail: { id } });
          await lambda.send(new InvokeCommand({ FunctionName: 'peer-dev-note', InvocationType: 'Event', Payload }));
        },
      },
    ],
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function installed({ install, say }: { install: boolean; say(line: string): void }): Promise<boolean> {
  const there = await stat(join(FOLDER, 'node_modules/serverless-offline')).then(
    () => true,
    () => false,
  );
  if (there) return true;
  if (!install) {
    say(`no comparison with serverless-offline: it is not installed in ${FOLDER}; the full form installs it`);
    return false;
  }
  say(`installing ${PEER.join(' and ')} into ${FOLDER}`);
  await writeFile(join(FOLDER, 'package.json'), '{ "private": true }\n');
  try {
    const options = ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock'];
    await promisify(execFile)('npm', [...options, ...PEER], { cwd: FOLDER });
    return true;
  } catch (error) {
    say(`no comparison with serverless-offline, it could not be installed: ${error}`);
    return false;
  }
}

async function listening(child: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output += chunk;
      if (output.includes('Function names exposed')) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`serverless-offline ended with ${code}: ${output}`)));
    const late = () => reject(new Error(`serverless-offline did not listen in ${START_SECONDS} s: ${output}`));
    setTimeout(late, START_SECONDS * 1000).unref();
  });
}
