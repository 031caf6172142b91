/**
 * The embedded AWS as a process that may be killed. It kills itself, with the signal that cannot be caught, at the instant
 * that it is given; or functions or jobs that run in it.
 */
import type { ChildProcess } from 'node:child_process';
import { flushCompileCache } from 'node:module';
import { startLocalAws } from '@assay/local-aws';
import { jobImages } from '../../packages/cli/src/platform/job-images.ts';
import { skippingClock } from '../skipping-clock.ts';
import { type FromHost, type HostOrders, STEPS, type Step, type ToHost } from './host-messages.ts';

const orders: HostOrders = JSON.parse(process.argv[2] ?? '');
const { dataDir, port, skipped, functionKills, jobKills } = orders;
let { kill } = orders;
const tell = (message: FromHost) => void process.send?.(message);
const killNow = () => process.kill(process.pid, 'SIGKILL');

function killSoon(milliseconds: number): void {
  if (milliseconds === 0) killNow();
  else setTimeout(killNow, milliseconds);
}

if (kill && 'calls' in kill && kill.calls === 0) killSoon(kill.milliseconds);
const clock = skippingClock(skipped);
const aws = await startLocalAws({ dataDir, port, clock, images: jobImages(), report: (report) => tell({ report }) });
const { callLog, processes, store } = aws.kernel;

/** How far the chain is: objects, answers and records, of which none goes away again. */
const counts = ['s3_objects', 'labeling_answers', 'featurestore_online'].map((table) =>
  store.prepare<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`),
);
const progress = () => counts.reduce((sum, count) => sum + (count.get()?.n ?? 0), 0);

/** The processes of each function. */
const functions = new Map<string, Set<ChildProcess>>();
const spawn = processes.spawn.bind(processes);
processes.spawn = (command, parameters, options) => {
  const child = spawn(command, parameters, options);
  const [, named] = JOB.exec(options.env?.SAGEMAKER_BASE_DIR ?? '') ?? [];
  const step = STEPS.find((each) => each === named);
  if (step) jobBegan(step, child);
  const name = options.env?.AWS_LAMBDA_FUNCTION_NAME;
  if (name === undefined) return child;
  const children = functions.get(name) ?? new Set();
  functions.set(name, children.add(child));
  child.once('close', () => children.delete(child));
  return child;
};

/** The folder of a pipeline's job, with its step. */
const JOB = /\/pipelines-[a-z0-9]{12}-(\w+)-[0-9a-f]{10}\//;

function jobBegan(step: Step, child: ChildProcess): void {
  const own = kill;
  if (own && 'step' in own && STEPS.indexOf(own.step) <= STEPS.indexOf(step))
    whenWritten(child, own.lines, () => killSoon(own.milliseconds));
  const [next] = jobKills;
  if (next?.step !== step) return;
  jobKills.shift();
  whenWritten(child, next.lines, () => {
    processes.signal(child, 'SIGKILL');
    tell({ killedJob: step });
  });
}

/** Calls back when a process has written so many lines, or has ended. */
function whenWritten(child: ChildProcess, lines: number, reached: () => void): void {
  let written = 0;
  const count = (chunk: Buffer) => {
    written += chunk.toString().split('\n').length - 1;
    if (written >= lines) done();
  };
  const done = () => {
    child.stdout?.off('data', count);
    child.off('close', done);
    reached();
  };
  child.stdout?.on('data', count);
  child.once('close', done);
  if (lines === 0) done();
}

/** Calls since there was enough progress for the kill. */
let calls = 0;
let functionCalls = 0;
/** Kills of functions that are due. */
let owed = 0;
const killedOf = new Map<string, number>();
const record = callLog.record.bind(callLog);
// The last thing that is done of a call: what it wrote is committed a moment later.
callLog.record = (call) => {
  record(call);
  if (kill && 'calls' in kill && (calls > 0 || progress() >= kill.progress) && ++calls === kill.calls)
    killSoon(kill.milliseconds);
  if (kill && 'step' in kill && call.operation === 'CreateModelPackage') killNow();
  const name = call.caller.arn.split('/').at(-1) ?? '';
  const children = functions.get(name);
  // Queues are read and logs are written in its name, but not by the function.
  if (!children || children.size === 0 || call.service === 'sqs' || call.service === 'logs') return;
  functionCalls++;
  if (functionKills.includes(functionCalls)) owed++;
  const killed = killedOf.get(name) ?? 0;
  if (owed === 0 || killed === 2) return;
  owed--;
  killedOf.set(name, killed + 1);
  for (const child of children) processes.signal(child, 'SIGKILL');
  tell({ killed: name });
};
// A killed process writes no cache when it ends.
flushCompileCache();
tell({ ready: true, progress: progress() });

// The test is gone: nobody will say when to stop.
process.once('disconnect', killNow);
process.on('message', async (message: ToHost) => {
  if (message !== 'close') {
    if ('skip' in message) return clock.skip(message.skip);
    kill = message.kill;
    return;
  }
  process.off('disconnect', killNow);
  const done = progress();
  await aws.close();
  tell({ progress: done, functionCalls });
  process.disconnect();
});
