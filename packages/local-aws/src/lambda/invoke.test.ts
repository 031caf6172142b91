import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';
import { moduleZip, zipped } from './test-package.ts';

describe('Lambda functions', () => {
  let aws: TestAws;
  let lambda: LambdaClient;
  let next = 0;

  beforeAll(async () => {
    aws = await startAws({ openRoles: ['runner'] });
    lambda = aws.client(LambdaClient);
  });
  afterAll(() => aws.close());

  async function deploy(ZipFile: Buffer, settings: Record<string, unknown> = {}): Promise<string> {
    const FunctionName = `function-${next++}`;
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/runner',
        Code: { ZipFile },
        Timeout: 10,
        ...settings,
      }),
    );
    return FunctionName;
  }

  async function invoke(FunctionName: string, payload: unknown = {}, more: Partial<InvokeCommandInput> = {}) {
    const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(payload), ...more }));
    return {
      ...answer,
      value: JSON.parse(answer.Payload?.transformToString() || 'null'),
      log: Buffer.from(answer.LogResult ?? '', 'base64').toString(),
    };
  }

  it('answers with what the handler returns, and keeps its environment warm', async () => {
    const name = await deploy(
      moduleZip(
        'let count = 0; export const handler = async (event) => ({ count: ++count, pid: process.pid, event });',
      ),
    );
    const first = await invoke(name, { a: [1, 'ü'] });
    expect(first).toMatchObject({
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      value: { count: 1, event: { a: [1, 'ü'] } },
    });
    expect(first.FunctionError).toBeUndefined();
    const second = await invoke(name);
    expect(second.value).toEqual({ count: 2, pid: first.value.pid, event: {} });
  });

  it('gives the function its context, its variables and its role', async () => {
    const source = `export const handler = async (event, context) => ({
      id: context.awsRequestId, name: context.functionName, arn: context.invokedFunctionArn, memory: context.memoryLimitInMB,
      left: context.getRemainingTimeInMillis(), env: process.env });`;
    const name = await deploy(moduleZip(source), { Environment: { Variables: { COLOUR: 'red' } }, MemorySize: 256 });
    const { value, $metadata } = await invoke(name);
    expect(value).toMatchObject({ id: $metadata.requestId, name, memory: '256' });
    expect(value.arn).toBe(`arn:aws:lambda:eu-west-1:000000000000:function:${name}`);
    expect(value.left).toBeGreaterThan(5000);
    expect(value.left).toBeLessThanOrEqual(10_000);
    expect(value.env).toMatchObject({
      COLOUR: 'red',
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      _HANDLER: 'index.handler',
    });
    const key = aws.aws.kernel.credentials.find(value.env.AWS_ACCESS_KEY_ID);
    expect(key?.caller).toMatchObject({ kind: 'role', roleArn: 'arn:aws:iam::000000000000:role/runner' });
    expect(value.env).not.toHaveProperty('VITEST');
  });

  it('runs CommonJS and nested handlers', async () => {
    const name = await deploy(zipped({ 'functions/greet/handler.js': 'exports.handler = async () => "hello";' }), {
      Handler: 'functions/greet/handler.handler',
    });
    expect((await invoke(name)).value).toBe('hello');
  });

  it('tells a thrown error apart from an answer', async () => {
    const name = await deploy(
      moduleZip(
        'class Oops extends Error { name = "Oops" } export const handler = async () => { throw new Oops("no"); };',
      ),
    );
    const answer = await invoke(name, {}, { LogType: 'Tail' });
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(answer.value).toMatchObject({ errorType: 'Oops', errorMessage: 'no' });
    expect(answer.value.trace[0]).toContain('no');
    expect(answer.log).toMatch(/ERROR\tInvoke Error/);
  });

  it('measures errors and throttles for the alarms on it', async () => {
    const name = await deploy(
      moduleZip("export const handler = async ({ fail }) => { if (fail) throw new Error('x'); };"),
    );
    await invoke(name, { fail: true });
    await invoke(name);
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 0 }));
    await expect(invoke(name)).rejects.toMatchObject({ name: 'TooManyRequestsException' });
    const measured = (metric: string) =>
      aws.aws.kernel.metrics.statistics(
        { namespace: 'AWS/Lambda', name: metric, dimensions: { FunctionName: name } },
        0,
        Number.MAX_SAFE_INTEGER,
      );
    expect(measured('Errors')).toEqual({ Sum: 1, SampleCount: 2, Minimum: 0, Maximum: 1 });
    expect(measured('Throttles')).toEqual({ Sum: 1, SampleCount: 3, Minimum: 0, Maximum: 1 });
  });

  it('answers a tail of the log with START, END and REPORT', async () => {
    const name = await deploy(
      moduleZip('export const handler = async () => { console.log("two\\nlines"); return 1; };'),
    );
    const { log, $metadata } = await invoke(name, {}, { LogType: 'Tail' });
    const id = $metadata.requestId;
    expect(log).toMatch(
      new RegExp(
        `^START RequestId: ${id} Version: \\$LATEST\\n\\S+Z\\t${id}\\tINFO\\ttwo\\nlines\\nEND RequestId: ${id}\\nREPORT RequestId: ${id}\\tDuration: [\\d.]+ ms\\t.*Memory Size: 128 MB.*Init Duration: [\\d.]+ ms`,
      ),
    );
  });

  it('fails an invocation whose module cannot be loaded, each time anew', async () => {
    const name = await deploy(moduleZip('throw new TypeError("at the start");'));
    for (let time = 0; time < 2; time++)
      expect(await invoke(name)).toMatchObject({
        FunctionError: 'Unhandled',
        value: { errorType: 'TypeError', errorMessage: 'at the start' },
      });
    const missing = await deploy(zipped({ 'other.mjs': '' }));
    expect((await invoke(missing)).value.errorType).toBe('Runtime.ImportModuleError');
    const unexported = await deploy(moduleZip('export const other = 1;'));
    expect((await invoke(unexported)).value.errorType).toBe('Runtime.HandlerNotFound');
  });

  it('ends a function that takes too long, and starts it afresh', async () => {
    const name = await deploy(
      moduleZip(
        'export const handler = async ({ stuck }) => stuck ? new Promise((r) => setTimeout(r, 60000)) : "fine";',
      ),
      { Timeout: 1 },
    );
    const answer = await invoke(name, { stuck: true });
    expect(answer.FunctionError).toBe('Unhandled');
    expect(answer.value.errorMessage).toMatch(/Task timed out after 1\.00 seconds$/);
    expect((await invoke(name)).value).toBe('fine');
  });

  it('survives functions that exit or leave errors uncaught', async () => {
    const exits = await deploy(
      moduleZip('export const handler = async ({ code }) => code === undefined ? 1 : process.exit(code);'),
    );
    expect((await invoke(exits, { code: 3 })).value).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/exit status 3$/),
    });
    expect((await invoke(exits)).value).toBe(1);
    const rejects = await deploy(
      moduleZip(
        'export const handler = async () => { Promise.reject(new Error("lost")); await new Promise((r) => setTimeout(r, 5000)); };',
      ),
    );
    expect((await invoke(rejects)).value).toMatchObject({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'Error: lost',
    });
  });

  it('runs several invocations at once, but no more than are reserved', async () => {
    const source =
      'export const handler = () => new Promise((resolve) => setTimeout(() => resolve(process.pid), 300));';
    const name = await deploy(moduleZip(source));
    const pids = await Promise.all([invoke(name), invoke(name)]);
    expect(new Set(pids.map(({ value }) => value)).size).toBe(2);
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 1 }));
    const outcomes = await Promise.allSettled([invoke(name), invoke(name)]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { name: 'TooManyRequestsException', Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
    });
  });

  it('lets invocations wait while eight environments are busy', async () => {
    const source =
      'export const handler = () => new Promise((resolve) => setTimeout(() => resolve(process.pid), 200));';
    const name = await deploy(moduleZip(source));
    const answers = await Promise.all(Array.from({ length: 11 }, () => invoke(name)));
    expect(answers.filter(({ FunctionError }) => FunctionError)).toEqual([]);
    expect(new Set(answers.map(({ value }) => value)).size).toBeLessThanOrEqual(8);
    // Another function gets the place of the one that was idle longest.
    const other = await deploy(moduleZip('export const handler = async () => "other";'));
    expect((await invoke(other)).value).toBe('other');
  });

  it('runs the new code and configuration after an update', async () => {
    const name = await deploy(moduleZip('export const handler = async () => [1, process.env.STEP];'));
    expect((await invoke(name)).value).toEqual([1, null]);
    const before = (await lambda.send(new GetFunctionCommand({ FunctionName: name }))).Configuration;
    const ZipFile = moduleZip('export const handler = async () => [2, process.env.STEP];');
    const after = await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile }));
    expect(after.CodeSha256).not.toBe(before?.CodeSha256);
    expect(Date.parse(after.LastModified ?? '')).toBeGreaterThan(Date.parse(before?.LastModified ?? ''));
    await lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: name, Environment: { Variables: { STEP: 'b' } } }),
    );
    expect((await invoke(name)).value).toEqual([2, 'b']);
  });

  it('runs on after a restart', async () => {
    const name = await deploy(moduleZip('export const handler = async () => "still here";'));
    await aws.restart();
    lambda = aws.client(LambdaClient);
    expect((await invoke(name)).value).toBe('still here');
  });

  it('checks an invocation without running it', async () => {
    const name = await deploy(moduleZip('export const handler = async () => 1;'));
    expect((await invoke(name, {}, { InvocationType: 'DryRun' })).StatusCode).toBe(204);
    await expect(lambda.send(new InvokeCommand({ FunctionName: name, Payload: '{no json' }))).rejects.toMatchObject({
      name: 'InvalidRequestContentException',
    });
    await lambda.send(new DeleteFunctionCommand({ FunctionName: name }));
    await expect(invoke(name)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:eu-west-1:000000000000:function:${name}`,
    });
  });

  it.each([
    ['leads out of the package', { '../evil.mjs': '' }],
    ['has an absolute name', { '/evil.mjs': '' }],
    ['is a symbolic link', { evil: { content: '/etc/passwd', mode: 0o120777 } }],
  ])('refuses a package of which a file %s', async (_, files) => {
    await expect(deploy(zipped(files))).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
  });

  it('refuses what it cannot run, by name', async () => {
    const zip = moduleZip('export const handler = async () => 1;');
    await expect(deploy(zip, { Runtime: 'python3.12' })).rejects.toThrow(/The Lambda runtime python3.12/);
    await expect(deploy(zip, { Layers: ['arn:x'] })).rejects.toThrow(/Layers/);
    await expect(deploy(zip, { Environment: { Variables: { AWS_REGION: 'x' } } })).rejects.toThrow(/reserved keys/);
    await expect(deploy(Buffer.from('no zip'))).rejects.toThrow(/Could not unzip/);
  });
});
