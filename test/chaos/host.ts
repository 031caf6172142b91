/**
 * The embedded AWS as a process that may be killed. It kills itself, with the signal that cannot be caught, at the instant
 * that it is given; or functions that run in it.
 */
import type { ChildProcess } from 'node:child_process';
import { flushCompileCache } from 'node:module';
import { startLocalAws } from '@assay/local-aws';
import { jobImages } from '../../packages/cli/src/platform/job-images.ts';
import type { FromHost, HostOrders, ToHost } from './host-messages.ts';
import { skippingClock } from './skipping-clock.ts';

const { dataDir, port, kill, functionKills }: HostOrders = JSON.parse(process.argv[2] ?? '');
const tell = (message: FromHost) => void process.send?.(message);
const killNow = () => process.kill(process.pid, 'SIGKILL');

function killSoon(milliseconds: number): void {
  if (milliseconds === 0) killNow();
  else setTimeout(killNow, milliseconds);
}

if (kill?.calls === 0) killSoon(kill.milliseconds);
const clock = skippingClock();
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
  const name = options.env?.AWS_LAMBDA_FUNCTION_NAME;
  if (name === undefined) return child;
  const children = functions.get(name) ?? new Set();
  functions.set(name, children.add(child));
  child.once('close', () => children.delete(child));
  return child;
};

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
  if (kill && (calls > 0 || progress() >= kill.progress) && ++calls === kill.calls) killSoon(kill.milliseconds);
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
  if (message !== 'close') return clock.skip(message.skip);
  process.off('disconnect', killNow);
  const done = progress();
  await aws.close();
  tell({ progress: done, functionCalls });
  process.disconnect();
});
