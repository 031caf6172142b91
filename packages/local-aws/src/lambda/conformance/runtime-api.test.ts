import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Environment } from '../environment.ts';
import { type Bench, runtimeBench } from './bench.ts';

/** "AWS Lambda runtime API": what the API answers, whoever its client is. Here the test is the client. */

let bench: Bench;
beforeAll(async () => {
  bench = await runtimeBench();
});
afterAll(() => bench.close());

/** A process that says nothing: the test speaks in its place. */
const SILENT = ['-e', 'setInterval(() => {}, 1e6)'];

async function client(settings = {}) {
  const environment = bench.environment({}, settings, SILENT);
  const base = `http://${await bench.address(environment)}/2018-06-01/runtime/`;
  const post = async (path: string, body: string, headers = {}) => {
    const response = await fetch(base + path, { method: 'POST', body, headers });
    return { status: response.status, body: await response.json() };
  };
  const next = () => fetch(`${base}invocation/next`);
  /** Takes an invocation of `event`. */
  const take = async (event: unknown, clientContext?: Record<string, unknown>) => {
    const outcome = bench.invoke(environment, event, clientContext);
    const response = await next();
    const id = response.headers.get('lambda-runtime-aws-request-id') ?? '';
    return { outcome, response, id };
  };
  return { environment, base, post, next, take };
}

const refused = (status: number, errorType: string) => ({
  status,
  body: { errorType, errorMessage: expect.any(String) },
});
const accepted = { status: 202, body: { status: 'OK' } };

describe('GET /runtime/invocation/next', () => {
  test('waits for an invocation, and gives its event with the documented headers', async () => {
    const { take, post } = await client({ timeout: 30 });
    const before = Date.now();
    const { outcome, response, id } = await take({ a: 'ü' }, { custom: { b: 1 } });
    const header = (name: string) => response.headers.get(`lambda-runtime-${name}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ a: 'ü' });
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(Number(header('deadline-ms'))).toBeGreaterThanOrEqual(before + 30_000);
    expect(Number(header('deadline-ms'))).toBeLessThanOrEqual(Date.now() + 30_000);
    expect(header('invoked-function-arn')).toMatch(/^arn:aws:lambda:eu-west-1:000000000000:function:function-\d+$/);
    expect(header('trace-id')).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Sampled=0$/);
    expect(JSON.parse(header('client-context') ?? '')).toEqual({ custom: { b: 1 } });
    expect(header('cognito-identity')).toBeNull();
    await post(`invocation/${id}/response`, '1');
    expect(await outcome).toMatchObject({ failed: false, value: 1 });
  });

  test('names the version that was invoked', async () => {
    const { take, post } = await client({ version: '7' });
    const { outcome, response, id } = await take({});
    expect(response.headers.get('lambda-runtime-invoked-function-arn')).toMatch(/:7$/);
    await post(`invocation/${id}/response`, '1');
    await outcome;
  });

  test('is refused while the invocation before has no answer', async () => {
    const { take, next, post } = await client();
    const { outcome, id } = await take({});
    expect((await next()).status).toBe(403);
    expect(await post(`invocation/${id}/response`, '1')).toEqual(accepted);
    await outcome;
  });
});

describe('POST /runtime/invocation/{id}/response', () => {
  test('202, and what it says is the answer, be it JSON or not', async () => {
    const { take, post } = await client();
    for (const [body, value] of [
      ['{"x":[1]}', { x: [1] }],
      ['no json', 'no json'],
      ['', ''],
    ] as const) {
      const { outcome, id } = await take({});
      expect(await post(`invocation/${id}/response`, body)).toEqual(accepted);
      expect(await outcome).toMatchObject({ failed: false, value });
    }
  });

  test('400 for an invocation that is not under way, or was answered', async () => {
    const { take, post } = await client();
    const { outcome, id } = await take({});
    expect(await post('invocation/other/response', '1')).toEqual(refused(400, 'InvalidRequestID'));
    await post(`invocation/${id}/response`, '1');
    await outcome;
    expect(await post(`invocation/${id}/response`, '2')).toEqual(refused(400, 'InvalidRequestID'));
    expect(await post(`invocation/${id}/error`, '{}')).toEqual(refused(400, 'InvalidRequestID'));
  });

  test('413 for more than 6,291,556 bytes: the invocation fails, the runtime goes on', async () => {
    const { take, post } = await client();
    const large = await take({});
    expect(await post(`invocation/${large.id}/response`, `"${'x'.repeat(6_291_556 - 2)}"`)).toEqual(accepted);
    expect(await large.outcome).toMatchObject({ failed: false });
    const larger = await take({});
    expect(await post(`invocation/${larger.id}/response`, `"${'x'.repeat(6_291_556 - 1)}"`)).toEqual(
      refused(413, 'RequestEntityTooLarge'),
    );
    expect(await larger.outcome).toMatchObject({
      failed: true,
      value: {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      },
    });
    const after = await take({});
    expect(await post(`invocation/${after.id}/response`, '1')).toEqual(accepted);
    await after.outcome;
  });
});

describe('POST /runtime/invocation/{id}/error', () => {
  test('202, and the function’s error is the answer as it was told', async () => {
    const { take, post } = await client();
    const { outcome, id } = await take({});
    const error = { errorMessage: 'no', errorType: 'Oops', stackTrace: ['at line 1'] };
    const header = { 'lambda-runtime-function-error-type': 'Oops' };
    expect(await post(`invocation/${id}/error`, JSON.stringify(error), header)).toEqual(accepted);
    expect(await outcome).toMatchObject({ failed: true, value: error });
  });
});

describe('POST /runtime/init/error', () => {
  test('202, and what is waiting fails with it', async () => {
    const { environment, post } = await client();
    const outcome = bench.invoke(environment, {});
    const error = { errorMessage: 'no', errorType: 'Oops' };
    expect(await post('init/error', JSON.stringify(error))).toEqual(accepted);
    expect(await outcome).toMatchObject({ failed: true, value: error });
    expect(environment.alive).toBe(false);
  });

  test('403 once the runtime was ready', async () => {
    const { take, post } = await client();
    const { outcome, id } = await take({});
    expect(await post('init/error', '{}')).toEqual(refused(403, 'InvalidStateTransition'));
    await post(`invocation/${id}/response`, '1');
    expect(await outcome).toMatchObject({ failed: false });
  });
});

describe('whoever else', () => {
  test('403 without the environment’s secret, 404 for what the API does not have', async () => {
    const { base, post } = await client();
    const stranger = base.replace(/\/[^/]+\/2018/, '/guessed/2018');
    expect((await fetch(`${stranger}invocation/next`)).status).toBe(403);
    expect(await post('invocation/next', '')).toEqual(refused(404, 'InvalidRequest'));
    expect((await fetch(`${base}nothing`)).status).toBe(404);
  });
});

describe('the phases', () => {
  const settled = async (environment: Environment) => {
    await environment.ended;
    return environment.alive;
  };

  test('initialisation may take 10 seconds and the function’s timeout', async () => {
    const { environment } = await client({ timeout: 3 });
    const outcome = bench.invoke(environment, {});
    await bench.clock.advance(12_999);
    expect(environment.alive).toBe(true);
    await bench.clock.advance(1);
    expect(await outcome).toMatchObject({ failed: true, value: { errorType: 'Sandbox.Timedout' } });
    expect(await settled(environment)).toBe(false);
  });

  test('an invocation that takes longer than the timeout fails, and its process is killed', async () => {
    const { environment, take } = await client({ timeout: 3 });
    const { outcome } = await take({});
    await bench.clock.advance(2999);
    expect(environment.alive).toBe(true);
    await bench.clock.advance(1);
    const result = await outcome;
    expect(result).toMatchObject({
      failed: true,
      value: {
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${result?.requestId} Error: Task timed out after 3.00 seconds`,
      },
    });
    expect(result?.logTail).toMatch(
      /Z \S+ Task timed out after 3\.00 seconds\nEND RequestId: .*\nREPORT .*Status: timeout/,
    );
    expect(await settled(environment)).toBe(false);
    expect(await bench.invoke(environment, {})).toBeUndefined();
  });
});
