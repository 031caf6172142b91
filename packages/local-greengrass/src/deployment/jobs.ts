import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { CloudConnection } from '../cloud/connection.ts';
import type { StateFile } from '../state.ts';
import type { Job } from './deploy.ts';
import { DeploymentCancelled, type DeploymentResult } from './failure.ts';

/** Greengrass keeps its jobs apart from a customer's own in this namespace. */
const NAMESPACE = 'namespace-aws-gg-deployment';
/** How long (ms) AWS IoT may take to answer a request. */
const ANSWER = 20_000;

const answerSchema = z.looseObject({
  clientToken: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  execution: z.looseObject({ jobId: z.string(), jobDocument: z.unknown() }).optional(),
});
type Answer = z.infer<typeof answerSchema>;

const notificationSchema = z.looseObject({
  jobs: z.record(z.string(), z.array(z.looseObject({ jobId: z.string() }))).default({}),
});

/** AWS IoT Jobs refused a request, e.g. `InvalidStateTransition` for a job that was cancelled. */
export class JobRejected extends Error {}

export interface JobListenerOptions {
  thingName: string;
  clock: Clock;
  state: StateFile;
  connection(): CloudConnection;
  deploy(job: Job, cancelled: AbortSignal): Promise<DeploymentResult>;
  report(message: string, error?: unknown): void;
}

/** Takes the device's deployments, one after the other, from AWS IoT Jobs ("AWS IoT jobs MQTT API"). */
export interface JobListener {
  filters: string[];
  /** Takes a message if it is one of its own. */
  receive(topic: string, payload: Buffer): boolean;
  /** Asks for the next job: after connecting, and whenever one may be there. */
  wake(): void;
  /** Resolves when no deployment is being carried out. */
  idle(): Promise<void>;
}

export function jobListener(options: JobListenerOptions): JobListener {
  const { thingName, clock, state, report } = options;
  const base = `$aws/things/${thingName}/jobs`;
  const notify = `${base}/notify-${NAMESPACE}`;
  const answers = new Map<string, (topic: string, answer: Answer) => void>();
  let running: { jobId: string; abort: AbortController } | undefined;
  let working: Promise<void> | undefined;
  let wanted = false;

  function request(topic: string, body: Record<string, unknown>): Promise<Answer> {
    const clientToken = randomUUID();
    return new Promise<Answer>((resolve, reject) => {
      const done = () => {
        cancel();
        answers.delete(clientToken);
      };
      const cancel = clock.after(ANSWER, () => {
        done();
        reject(new Error(`AWS IoT did not answer a message to ${topic}`));
      });
      answers.set(clientToken, (answerTopic, answer) => {
        done();
        if (answerTopic.endsWith('/accepted')) resolve(answer);
        else reject(new JobRejected(`${answer.code}: ${answer.message}`));
      });
      options
        .connection()
        .publish(topic, JSON.stringify({ ...body, clientToken }))
        .catch((error: unknown) => {
          done();
          reject(error);
        });
    });
  }

  const update = (jobId: string, body: Record<string, unknown>) =>
    request(`${base}/${jobId}/${NAMESPACE}/update`, body);

  /** Tells the cloud how a deployment ended; what it refuses (a job that is gone) is let go of. */
  async function reportEnd(): Promise<void> {
    const { unreported } = state.value;
    if (!unreported) return;
    const { jobId, status, statusDetails } = unreported;
    try {
      await update(jobId, { status, statusDetails });
    } catch (error) {
      if (!(error instanceof JobRejected)) throw error;
      report(`the end (${status}) of deployment job ${jobId} was refused`, error);
    }
    await state.update({ unreported: undefined });
  }

  async function carryOut(jobId: string, document: unknown): Promise<void> {
    try {
      await update(jobId, { status: 'IN_PROGRESS' });
    } catch (error) {
      if (!(error instanceof JobRejected)) throw error;
      return report(`deployment job ${jobId} can't be started any more`, error);
    }
    const abort = new AbortController();
    running = { jobId, abort };
    try {
      const { status, statusDetails } = await options.deploy({ jobId, document }, abort.signal);
      await state.update({ unreported: { jobId, status, statusDetails } });
    } catch (error) {
      if (!(error instanceof DeploymentCancelled)) throw error;
      report(error.message);
    } finally {
      running = undefined;
    }
    await reportEnd();
  }

  async function work(): Promise<void> {
    while (wanted) {
      wanted = false;
      try {
        await reportEnd();
        const { execution } = await request(`${base}/$next/${NAMESPACE}/get`, { includeJobDocument: true });
        if (!execution) continue;
        wanted = true;
        await carryOut(execution.jobId, execution.jobDocument);
      } catch (error) {
        wanted = false;
        // A lost connection wakes the listener when it is back; anything else is tried again in a while.
        if (!options.connection().connected) return;
        report('deployments could not be asked for; it is tried again in 10 s', error);
        clock.after(10_000, wake);
      }
    }
  }

  function wake(): void {
    wanted = true;
    if (!options.connection().connected) return;
    working ??= work().finally(() => {
      working = undefined;
      if (wanted) wake();
    });
  }

  function notified(payload: Buffer): void {
    const { jobs } = notificationSchema.parse(JSON.parse(payload.toString('utf8')));
    const known = Object.values(jobs).flatMap((list) => list.map(({ jobId }) => jobId));
    if (running && !known.includes(running.jobId)) running.abort.abort();
    if (known.length > 0) wake();
  }

  return {
    filters: [notify, `${base}/$next/${NAMESPACE}/get/+`, `${base}/+/${NAMESPACE}/update/+`],
    receive(topic, payload) {
      if (!topic.startsWith(`${base}/`)) return false;
      if (topic === notify) notified(payload);
      else {
        const answer = answerSchema.parse(JSON.parse(payload.toString('utf8')));
        answers.get(answer.clientToken ?? '')?.(topic, answer);
      }
      return true;
    },
    wake,
    idle: async () => {
      await working;
    },
  };
}
