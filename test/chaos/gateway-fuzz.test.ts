import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceModel } from '../../packages/local-aws/src/kernel/protocol/model.ts';
import { services } from '../../packages/local-aws/src/services.ts';
import { longForm, testSeed } from '../form.ts';
import { problemWith } from './gateway-fuzz/aws-answer.ts';
import { HostileValues, randomStream } from './gateway-fuzz/hostile-values.ts';
import { exchange, malformedRequest } from './gateway-fuzz/raw-http.ts';
import { makeResources } from './gateway-fuzz/resources.ts';
import { type Server, startServer } from './gateway-fuzz/server.ts';
import { type Answer, send, type Target, type WireCall, wireCall } from './gateway-fuzz/wire.ts';

const CASES = longForm ? 100_000 : 3_000;
const SIDE_BY_SIDE = 12;
/** What no hostile input knows the name of. */
const CANARY = 'canary';
const MEGABYTE = 1024 * 1024;

/** Every operation that the embedded AWS has. */
async function allTargets(): Promise<Target[]> {
  const perService = services.map(async (service) => {
    const model = serviceModel(await service.load());
    return service.operationNames.flatMap((name) => {
      const operation = model.operations.get(name);
      return operation ? [{ service: service.name, signingName: service.signingNames[0] ?? '', model, operation }] : [];
    });
  });
  return (await Promise.all(perService)).flat();
}

describe('the gateway under garbage', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-fuzz-'));
  const agent = new Agent({ keepAlive: true, maxSockets: SIDE_BY_SIDE });
  const seed = testSeed('gateway fuzz');
  let server: Server;
  let targets: Target[];
  let values: HostileValues;

  beforeAll(async () => {
    server = await startServer(dataDir);
    targets = await allTargets();
    values = new HostileValues(randomStream('gateway-fuzz', seed), await makeResources(targets, server, agent));
    await operate('s3', 'CreateBucket', { Bucket: CANARY });
    await operate('s3', 'PutObject', { Bucket: CANARY, Key: 'song', Body: 'still alive' });
    await operate('sqs', 'CreateQueue', { QueueName: CANARY });
  });
  afterAll(async () => {
    agent.destroy();
    if (server.alive()) await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function operate(service: string, operation: string, input: object): Promise<Answer> {
    const target = targets.find((one) => one.service === service && one.operation.name === operation);
    if (!target) throw new Error(`there is no ${service}:${operation}`);
    return send(wireCall(target, input), target.signingName, server, agent);
  }

  /** Runs `cases` cases, some side by side; gives each one's complaint. */
  async function complaints(cases: number, one: (index: number) => Promise<string | undefined>): Promise<string[]> {
    const found: string[] = [];
    let next = 0;
    const lane = async () => {
      while (next < cases && server.alive()) {
        const complaint = await one(next++);
        if (complaint) found.push(complaint);
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane));
    return found;
  }

  test('every operation answers hostile inputs in its own protocol', async () => {
    const found = await complaints(CASES * 0.7, async (index) => {
      const target = targets[index % targets.length] ?? values.pick(targets);
      const call = damaged(wireCall(target, values.input(target.operation.input)), values);
      const answer = await send(call, target.signingName, server, agent).catch((error: Error) => error);
      const problem = problemWith(target, call, answer);
      return problem && `${problem}\n  ${described(target, call)}`;
    });
    expect(found).toEqual([]);
  }, 600_000);

  test('malformed HTTP is answered or cut off', async () => {
    const { host, port } = new URL(server.endpoint);
    const found = await complaints(CASES * 0.3, async () => {
      const bytes = malformedRequest(values, host);
      const { closed, received } = await exchange(Number(port), bytes, 15_000);
      if (closed && !/^HTTP\/1\.1 500|InternalFailure/.test(received)) return undefined;
      return `${closed ? received.slice(0, 300) : 'no answer'}\n  to ${JSON.stringify(bytes.toString('latin1').slice(0, 400))}`;
    });
    expect(found).toEqual([]);
  }, 600_000);

  test('the process is alive, of bounded size, with nothing to report', () => {
    expect(server.alive()).toBe(true);
    expect(server.reports).toEqual([]);
    expect(server.memory()).toBeLessThan(1024 * MEGABYTE);
  });

  test('the state is intact, and opens again', async () => {
    await server.close();
    const database = new DatabaseSync(join(dataDir, 'state.db'));
    expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    database.close();
    server = await startServer(dataDir);
    expect((await operate('s3', 'GetObject', { Bucket: CANARY, Key: 'song' })).body).toBe('still alive');
    expect((await operate('sqs', 'GetQueueUrl', { QueueName: CANARY })).status).toBe(200);
    expect(server.reports).toEqual([]);
  });
});

/** Signed well but damaged: cut off, overwritten, of another content type or target. */
function damaged(call: WireCall, values: HostileValues): WireCall {
  const { body, headers } = call;
  if (values.chance(0.08)) return { ...call, body: body.subarray(0, values.below(body.length + 1)) };
  if (values.chance(0.05)) {
    const overwritten = Buffer.from(body);
    for (let i = 0; i < 4 && body.length > 0; i++) overwritten[values.below(body.length)] = values.below(256);
    return { ...call, body: overwritten };
  }
  const types = ['', 'text/html', 'application/x-www-form-urlencoded', 'application/xml', 'application/cbor'];
  if (values.chance(0.03)) return { ...call, headers: { ...headers, 'content-type': values.pick(types) } };
  return call;
}

function described({ service, operation }: Target, { method, path, query, headers, body }: WireCall): string {
  const text = JSON.stringify({ method, path, query, headers, body: body.toString() });
  return `${service}:${operation.name} ${text.length > 1500 ? `${text.slice(0, 1500)}…` : text}`;
}
