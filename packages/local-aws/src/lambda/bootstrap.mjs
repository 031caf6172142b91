/**
 * The Node.js runtime of a function's environment: speaks the Lambda Runtime API ("AWS Lambda runtime API", 2018-06-01).
 * Plain JavaScript without dependencies: it runs beside the function's own code, in a process of its own.
 */
import { existsSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER: HANDLER = '' } = process.env;
// The address may carry a path, which tells the environments of one server apart.
const base = new URL(`http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/`);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let requestId = '';

/** @returns {Promise<{ headers: import('node:http').IncomingHttpHeaders, body: string }>} */
function call(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const outgoing = request(new URL(path, base), { method, agent, headers: { ...headers, ...length } }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const status = response.statusCode ?? 500;
        // 413: the response was too large, which is the invocation's failure; the next one is fetched all the same.
        if (status < 300 || status === 413) resolve({ headers: response.headers, body: text });
        else reject(new Error(`the Runtime API answered ${method} ${path} with ${status}: ${text}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** An error as Lambda reports it. What was thrown need not be an Error. */
function described(error) {
  const known = error instanceof Error;
  const errorType = known ? error.name : typeof error;
  const errorMessage = known ? error.message : String(error);
  const trace = known && typeof error.stack === 'string' ? error.stack.split('\n') : [];
  return { errorType, errorMessage, trace };
}

/** A full pipe takes what is written later. What the function said has to be out before its answer is. */
async function written() {
  const drained = (stream) => new Promise((resolve) => stream.write('', () => resolve()));
  await Promise.all([process.stdout, process.stderr].map(drained));
}

async function report(path, error) {
  const body = described(error);
  await written();
  await call('POST', path, JSON.stringify(body), {
    'content-type': 'application/json',
    'lambda-runtime-function-error-type': body.errorType,
    ...usage(),
  });
}

/** Peak memory for the REPORT line; ours, beside the documented headers. */
const usage = () => ({ 'x-max-memory-kb': String(process.resourceUsage().maxRSS) });

/** "Logging using console": time, request and level before each message, one message a line. */
function patchConsole() {
  const write =
    (level, stream) =>
    (...parameters) => {
      const message = format(...parameters).replaceAll('\n', '\r');
      stream.write(`${new Date().toISOString()}\t${requestId || 'undefined'}\t${level}\t${message}\n`);
    };
  console.log = write('INFO', process.stdout);
  console.info = write('INFO', process.stdout);
  console.debug = write('DEBUG', process.stdout);
  console.trace = write('TRACE', process.stdout);
  console.warn = write('WARN', process.stdout);
  console.error = write('ERROR', process.stdout);
}

function failure(name, message, stack) {
  const error = new Error(message);
  error.name = name;
  if (stack) error.stack = stack;
  return error;
}

/** The module of a handler; what is wrong with its code has names of its own. */
async function moduleAt(path) {
  const found = ['', '.js', '.mjs', '.cjs'].map((extension) => path + extension).find((name) => existsSync(name));
  if (!found) throw failure('Runtime.ImportModuleError', `Error: Cannot find module '${basename(path)}'`);
  try {
    return await import(pathToFileURL(found).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw failure('Runtime.UserCodeSyntaxError', String(error), error.stack);
    if (error?.code === 'MODULE_NOT_FOUND') throw failure('Runtime.ImportModuleError', String(error), error.stack);
    throw error;
  }
}

/** `functions/x/handler.handler` is the export `handler` of `functions/x/handler` with one of Node's extensions. */
async function load() {
  const file = basename(HANDLER);
  const dot = file.indexOf('.');
  if (dot < 1 || HANDLER.includes('..'))
    throw failure('Runtime.MalformedHandlerName', `Bad handler ${HANDLER}: it must be <file>.<export>`);
  const module = await moduleAt(join(LAMBDA_TASK_ROOT ?? '.', dirname(HANDLER), file.slice(0, dot)));
  const names = file.slice(dot + 1).split('.');
  const exported = (root) => names.reduce((value, name) => value?.[name], root);
  const handler = exported(module) ?? exported(module.default);
  if (handler === undefined) throw failure('Runtime.HandlerNotFound', `${HANDLER} is undefined or not exported`);
  if (typeof handler !== 'function') throw failure('Runtime.HandlerNotFound', `${HANDLER} is not a function`);
  // A handler with a third parameter waits for a callback that no longer comes.
  if (handler.length >= 3)
    throw failure(
      'Runtime.CallbackHandlerDeprecated',
      'Callback-based function handlers are not supported, as in Node.js 24 on Lambda: let the handler be async and return its result.',
    );
  return handler;
}

function serialized(result) {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch (error) {
    throw failure('Runtime.JSONStringifyError', 'Unable to stringify response body', error.stack);
  }
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const clientContext = headers['lambda-runtime-client-context'];
  return {
    callbackWaitsForEmptyEventLoop: true,
    awsRequestId: requestId,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: clientContext ? JSON.parse(clientContext) : undefined,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/** An error that nobody caught ends the environment, after it was told. */
async function die(error, status) {
  try {
    console.error(error);
    await report(requestId ? `invocation/${requestId}/error` : 'init/error', error);
  } finally {
    process.exit(status);
  }
}

patchConsole();
process.on('uncaughtException', (error) => void die(error, 129));
process.on('unhandledRejection', (reason) => {
  void die(failure('Runtime.UnhandledPromiseRejection', String(reason), reason?.stack), 128);
});

let handler;
try {
  handler = await load();
} catch (error) {
  console.error('Init Error', error);
  await report('init/error', error);
  process.exit(1);
}

for (;;) {
  const next = await call('GET', 'invocation/next');
  requestId = String(next.headers['lambda-runtime-aws-request-id']);
  const traceId = next.headers['lambda-runtime-trace-id'];
  if (traceId) process.env._X_AMZN_TRACE_ID = String(traceId);
  let answer;
  try {
    answer = serialized(await handler(JSON.parse(next.body), contextOf(next.headers)));
  } catch (error) {
    console.error('Invoke Error', error);
    await report(`invocation/${requestId}/error`, error);
    continue;
  }
  await written();
  await call('POST', `invocation/${requestId}/response`, answer, { 'content-type': 'application/json', ...usage() });
}
