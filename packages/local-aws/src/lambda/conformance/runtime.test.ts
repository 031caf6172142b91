import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Environment } from '../environment.ts';
import { type Bench, runtimeBench } from './bench.ts';

/**
 * What a Node.js runtime does for a function, held against ours and, where it is installed, against AWS's own:
 * `ASSAY_LAMBDA_RIC` names the folder of an installed `aws-lambda-ric` (the README says how).
 */
const ric = process.env.ASSAY_LAMBDA_RIC;
const CLIENTS: [string, string[] | undefined, boolean][] = [
  ['bootstrap.mjs', undefined, false],
  [`aws-lambda-ric${ric ? '' : ' (skipped: ASSAY_LAMBDA_RIC names no folder)'}`, [join(ric ?? '', 'index.mjs')], true],
];

const HANDLER = `
import { writeFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
class Oops extends Error { name = 'Oops' }
let count = 0;
const behaviours = {
  answer: ({ value }) => value,
  count: () => ++count,
  nothing: () => undefined,
  context: (_, { getRemainingTimeInMillis, ...context }) => ({ ...context, left: getRemainingTimeInMillis() }),
  variables: () => process.env,
  throw: () => { throw new Oops('no') },
  text: () => { throw 'a text' },
  circular: () => { const value = {}; value.self = value; return value },
  large: () => 'x'.repeat(6291556),
  log: () => { console.log('two\\nlines %d', 2); console.error({ a: 1 }); process.stdout.write('raw\\n') },
  flood: () => { for (let line = 0; line < 2000; line++) console.log('line ' + line + ' ' + 'x'.repeat(100)) },
  leave: () => { setTimeout(() => { count += 100 }, 0) },
  keep: () => { writeFileSync(tmpdir() + '/kept', ''); return readdirSync(tmpdir()) },
  kept: () => readdirSync(tmpdir()),
  exit: ({ code }) => process.exit(code),
  pid: () => process.pid,
  hoard: () => { const kept = []; for (;;) kept.push(new Array(100_000).fill({})) },
  kill: () => new Promise(() => process.kill(process.pid, 'SIGKILL')),
  uncaught: () => new Promise(() => setTimeout(() => { throw new Oops('late') }, 0)),
  unhandled: () => new Promise(() => { Promise.reject(new Oops('lost')) }),
};
export const handler = async (event, context) => behaviours[event.do](event, context);
export const synchronous = (event) => ({ got: event });
export const three = (event, context, callback) => callback(null, 1);
export const notCallable = {};
export const deep = { er: { handler } };
`;

describe.each(CLIENTS)('%s', (_name, runtime, isRic) => {
  const skip = isRic && !(ric && existsSync(join(ric, 'index.mjs')));
  let bench: Bench;
  let shared: Environment;
  beforeAll(async () => {
    if (skip) return;
    bench = await runtimeBench({ ownPort: isRic });
    shared = bench.environment({ 'index.mjs': HANDLER }, {}, runtime);
  });
  afterAll(() => bench?.close());

  const invoke = (event: Record<string, unknown>, clientContext?: Record<string, unknown>) =>
    bench.invoke(shared, event, clientContext);
  const fresh = (settings = {}, files: Record<string, string> = { 'index.mjs': HANDLER }) =>
    bench.environment(files, settings, runtime);

  test.skipIf(skip).each<[string, Record<string, unknown>, unknown]>([
    ['an async handler’s result is the answer', { do: 'answer', value: [1, 'ü'] }, [1, 'ü']],
    ['undefined becomes null', { do: 'nothing' }, null],
    ['a falsy answer stays what it is', { do: 'answer', value: 0 }, 0],
  ])('%s', async (_rule, event, value) => {
    expect(await invoke(event)).toMatchObject({ failed: false, value });
  });

  test.skipIf(skip).each<[string, Record<string, unknown>, unknown]>([
    [
      'a thrown error: name, message and trace',
      { do: 'throw' },
      { errorType: 'Oops', errorMessage: 'no', trace: expect.arrayContaining(['Oops: no']) },
    ],
    ['a thrown text: its type and itself', { do: 'text' }, { errorType: 'string', errorMessage: 'a text', trace: [] }],
    [
      'an answer that is no JSON',
      { do: 'circular' },
      { errorType: 'Runtime.JSONStringifyError', errorMessage: 'Unable to stringify response body' },
    ],
  ])('%s', async (_rule, event, value) => {
    expect(await invoke(event)).toMatchObject({ failed: true, value });
  });

  test.skipIf(skip)('keeps the module from one invocation to the next', async () => {
    const first = (await invoke({ do: 'count' }))?.value as number;
    expect((await invoke({ do: 'count' }))?.value).toBe(first + 1);
  });

  test.skipIf(skip)('the context tells the invocation', async () => {
    const outcome = await invoke({ do: 'context' }, { custom: 1 });
    expect(outcome?.value).toMatchObject({
      awsRequestId: outcome?.requestId,
      functionName: shared.lambda.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: shared.lambda.arn,
      memoryLimitInMB: '128',
      logGroupName: `/aws/lambda/${shared.lambda.name}`,
      logStreamName: shared.logs.name,
      clientContext: { custom: 1 },
    });
  });

  test.skipIf(skip)('the context counts down to the timeout', async () => {
    const context = (await invoke({ do: 'context' }))?.value;
    const left = (context as { left: number }).left;
    expect(left).toBeGreaterThan(800_000);
    expect(left).toBeLessThanOrEqual(900_000);
  });

  test.skipIf(skip)('the environment variables are the documented ones, and the function’s own', async () => {
    const variables = (await invoke({ do: 'variables' }))?.value;
    expect(variables).toMatchObject({
      _HANDLER: 'index.handler',
      _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-/),
      AWS_ACCESS_KEY_ID: expect.any(String),
      AWS_SECRET_ACCESS_KEY: expect.any(String),
      AWS_SESSION_TOKEN: expect.any(String),
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_REGION: 'eu-west-1',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_FUNCTION_NAME: shared.lambda.name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${shared.lambda.name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: shared.logs.name,
      AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+/),
      COLOUR: 'red',
      LAMBDA_TASK_ROOT: expect.stringMatching(/task/),
      TZ: ':UTC',
    });
  });

  test.skipIf(skip)('log lines have time, request and level; START, END and REPORT are around them', async () => {
    const outcome = await invoke({ do: 'log' });
    const id = outcome?.requestId;
    expect(
      outcome?.logTail.split('\n').map((line) => line.replace(/^\S+Z\t/, 'TIME\t').replace(/[\d.]+ (ms|MB)/g, 'N')),
    ).toEqual([
      `START RequestId: ${id} Version: $LATEST`,
      `TIME\t${id}\tINFO\ttwo`,
      'lines 2',
      `TIME\t${id}\tERROR\t{ a: 1 }`,
      'raw',
      `END RequestId: ${id}`,
      `REPORT RequestId: ${id}\tDuration: N\tBilled Duration: N\tMemory Size: N\tMax Memory Used: N\t`,
      '',
    ]);
  });

  test.skipIf(skip)('the tail has what the function wrote last, however much it was', async () => {
    const tail = (await invoke({ do: 'flood' }))?.logTail.split('\n').slice(-4);
    expect(tail?.[0]).toMatch(/line 1999 x+$/);
    expect(tail?.[1]).toMatch(/^END /);
  });

  test.skipIf(skip)('what the event loop holds when the handler has answered goes on', async () => {
    const before = (await invoke({ do: 'count' }))?.value as number;
    expect((await invoke({ do: 'leave' }))?.value).toBeNull();
    let now = before;
    while (now < before + 100) now = (await invoke({ do: 'count' }))?.value as number;
  });

  test.skipIf(skip)('the temporary folder lasts as long as the environment, and is no other’s', async () => {
    expect((await invoke({ do: 'keep' }))?.value).toContain('kept');
    expect((await invoke({ do: 'kept' }))?.value).toContain('kept');
    expect((await bench.invoke(fresh(), { do: 'kept' }))?.value).not.toContain('kept');
  });

  test.skipIf(skip)('a handler need not be async', async () => {
    const outcome = await bench.invoke(fresh({ handler: 'index.synchronous' }), { a: 1 });
    expect(outcome).toMatchObject({ failed: false, value: { got: { a: 1 } } });
  });

  test.skipIf(skip)('a handler may be nested, in CommonJS', async () => {
    const files = { 'index.cjs': 'exports.a = { b: async () => "deep" };' };
    expect((await bench.invoke(fresh({ handler: 'index.a.b' }, files), {}))?.value).toBe('deep');
  });

  test.skipIf(skip).each<[string, string, Record<string, string>, string]>([
    ['an export that is not there', 'index.absent', { 'index.mjs': HANDLER }, 'Runtime.HandlerNotFound'],
    ['an export that is no function', 'index.notCallable', { 'index.mjs': HANDLER }, 'Runtime.HandlerNotFound'],
    ['a file that is not there', 'absent.handler', { 'index.mjs': HANDLER }, 'Runtime.ImportModuleError'],
    [
      'a module that requires what is not there',
      'index.handler',
      { 'index.cjs': 'require("absent")' },
      'Runtime.ImportModuleError',
    ],
    [
      'a module that does not parse',
      'index.handler',
      { 'index.mjs': 'export const handler = (' },
      'Runtime.UserCodeSyntaxError',
    ],
    ['a module that throws', 'index.handler', { 'index.mjs': 'throw new TypeError("at the start")' }, 'TypeError'],
    [
      'a module that leads out of the package',
      '../index.handler',
      { 'index.mjs': HANDLER },
      'Runtime.MalformedHandlerName',
    ],
    ['a handler that takes a callback', 'index.three', { 'index.mjs': HANDLER }, 'Runtime.CallbackHandlerDeprecated'],
  ])('%s fails the initialisation by name', async (_what, handler, files, errorType) => {
    const environment = fresh({ handler }, files);
    expect(await bench.invoke(environment, {})).toMatchObject({ failed: true, value: { errorType } });
    expect(environment.alive).toBe(false);
  });

  test.skipIf(skip)('a response of more than 6 MB fails the invocation', async () => {
    const outcome = await bench.invoke(fresh(), { do: 'large' });
    expect(outcome).toMatchObject({ failed: true, value: { errorType: 'Function.ResponseSizeTooLarge' } });
  });

  test.skipIf(skip).each<[string, Record<string, unknown>, RegExp]>([
    ['a process that exits with an error', { do: 'exit', code: 3 }, /Runtime exited with error: exit status 3$/],
    ['a process that exits well', { do: 'exit', code: 0 }, /Runtime exited without providing a reason$/],
    ['a process that runs out of memory', { do: 'hoard' }, /Runtime exited with error: signal: aborted$/],
    ['a process that is killed', { do: 'kill' }, /Runtime exited with error: signal: killed$/],
  ])('%s fails the invocation', async (_what, event, message) => {
    const environment = fresh();
    expect(await bench.invoke(environment, event)).toMatchObject({
      failed: true,
      value: { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(message) },
    });
    expect(environment.alive).toBe(false);
  });

  test.skipIf(skip)('a process that is killed between invocations takes none any more', async () => {
    const environment = fresh();
    process.kill(Number((await bench.invoke(environment, { do: 'pid' }))?.value), 'SIGKILL');
    await environment.ended;
    expect(await bench.invoke(environment, { do: 'count' })).toBeUndefined();
  });

  // aws-lambda-ric 4 leaves both to Node.js, which ends the process.
  test.skipIf(skip).each([
    ['an error that nobody catches', { do: 'uncaught' }, { errorType: 'Oops', errorMessage: 'late' }],
    [
      'a rejection that nobody handles',
      { do: 'unhandled' },
      { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Oops: lost' },
    ],
  ])('%s ends the environment', async (_what, event, told) => {
    const environment = fresh();
    const value = isRic ? { errorType: 'Runtime.ExitError' } : told;
    expect(await bench.invoke(environment, event)).toMatchObject({ failed: true, value });
    await environment.ended;
    expect(environment.alive).toBe(false);
  });
});
