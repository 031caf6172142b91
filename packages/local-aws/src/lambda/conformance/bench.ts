import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startAws } from '../../../test/harness.ts';
import { type ManualClock, manualClock } from '../../kernel/clock.ts';
import { Environment, type InvocationResult } from '../environment.ts';
import type { LambdaFunction } from '../functions.ts';
import { RuntimeApi, type RuntimeListener } from '../runtime-api.ts';

export interface Bench {
  clock: ManualClock;
  /** An environment of a function of these files, with `runtime` (Node's arguments) as its client of the Runtime API. */
  environment(files: Record<string, string>, settings?: Partial<LambdaFunction>, runtime?: string[]): Environment;
  /** Where the environment's Runtime API is: `127.0.0.1:PORT/TOKEN`. */
  address(environment: Environment): Promise<string>;
  invoke(environment: Environment, event: unknown, clientContext?: Record<string, unknown>): Promise<Outcome>;
  close(): Promise<void>;
}

/** Undefined when the environment ended before it took the invocation. */
export type Outcome = (Omit<InvocationResult, 'payload'> & { value: unknown; requestId: string }) | undefined;

/**
 * Environments without a function's deployment around them. `ownPort`: each has a port of its own, as a client expects it
 * that knows addresses without a path only.
 */
export async function runtimeBench({ ownPort = false } = {}): Promise<Bench> {
  const clock = manualClock();
  const aws = await startAws({ clock, openRoles: ['runner'] });
  const { kernel } = aws.aws;
  const api = new RuntimeApi();
  const environments: Environment[] = [];
  const addresses = new Map<RuntimeListener, string>();
  const doors: Server[] = [];
  const attach = async (token: string, listener: RuntimeListener) => {
    const address = await api.attach(token, listener);
    addresses.set(listener, address);
    return ownPort ? openDoor(address, doors) : address;
  };
  let functions = 0;
  let invocations = 0;
  return {
    clock,
    environment(files, settings = {}, runtime = undefined) {
      const name = `function-${++functions}`;
      const taskRoot = join(aws.dataDir, 'task', name);
      mkdirSync(taskRoot, { recursive: true });
      for (const [file, source] of Object.entries(files)) writeFileSync(join(taskRoot, file), source);
      const lambda = { ...FUNCTION, name, arn: `${FUNCTION.arn}${name}`, logGroup: `/aws/lambda/${name}`, ...settings };
      const environment = new Environment(
        kernel,
        { attach, detach: (token) => api.detach(token) },
        lambda,
        taskRoot,
        runtime,
      );
      environments.push(environment);
      void environment.start();
      return environment;
    },
    async address(environment) {
      while (!addresses.has(environment)) await new Promise((resolve) => setImmediate(resolve));
      return addresses.get(environment) ?? '';
    },
    async invoke(environment, event, clientContext = undefined) {
      const requestId = `00000000-0000-0000-0000-${String(++invocations).padStart(12, '0')}`;
      const context = clientContext && Buffer.from(JSON.stringify(clientContext)).toString('base64');
      const payload = JSON.stringify(event);
      const result = await environment.run({ requestId, payload, ...(context && { clientContext: context }) });
      return result && { ...result, requestId, value: parsed(result.payload) };
    },
    async close() {
      for (const environment of environments) environment.kill();
      await Promise.all(environments.map(({ ended }) => ended));
      for (const door of doors) door.close();
      await api.close();
      await aws.close();
    },
  };
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return payload;
  }
}

/** A port that leads to `address`, which has a path. */
async function openDoor(address: string, doors: Server[]): Promise<string> {
  const door = createServer((incoming, answer) => {
    const url = `http://${address}${incoming.url}`;
    const onward = request(url, { method: incoming.method, headers: incoming.headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  doors.push(door);
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(door.address() as AddressInfo).port}`;
}

export const FUNCTION: LambdaFunction = {
  name: '',
  version: '$LATEST',
  arn: 'arn:aws:lambda:eu-west-1:000000000000:function:',
  description: '',
  runtime: 'nodejs24.x',
  handler: 'index.handler',
  role: 'arn:aws:iam::000000000000:role/runner',
  memorySize: 128,
  timeout: 900,
  architecture: 'x86_64',
  environment: { COLOUR: 'red' },
  ephemeralStorage: 512,
  tracing: 'PassThrough',
  logGroup: '',
  codeDigest: '',
  codeSize: 0,
  lastModified: 0,
  revisionId: '',
  tags: {},
  policy: [],
  lastVersion: 0,
};
