import type { Caller } from '../../kernel/caller.ts';
import { AwsError, Closing, messageOf } from '../../kernel/errors.ts';
import type { State } from '../definition/definition.ts';
import { isObject, type Json } from '../json.ts';
import { type Integration, integrationOf } from '../tasks/integration.ts';
import { JobWatch } from '../tasks/job-watch.ts';
import { describe, resultOf, submitOnce } from '../tasks/labeling-job.ts';
import { runTask, taskCaller } from '../tasks/run-task.ts';
import { taskEvents } from '../tasks/task-events.ts';
import { type Decision, withResult } from './decide.ts';
import { stopJob, timerId } from './execution-end.ts';
import { StateError } from './failure.ts';
import type { Frame } from './frame.ts';
import { checkPayload } from './payload.ts';
import { type FrameWork, type Moment, momentOf, type Run, record } from './run.ts';

/** How a task ended: what to do next (or throw a `StateError`), and what the history says of it. */
export interface TaskOutcome {
  decision: () => Promise<Decision>;
  note(frame: Frame): void;
}

interface Timer extends FrameWork {
  error: 'States.Timeout' | 'States.HeartbeatTimeout';
}

interface StopJob {
  job: string;
  roleArn: string;
  execution: string;
}

/** Runs Task states: calls, jobs that are waited for, and their timeouts. A task runs at least once. */
export class TaskRunner {
  readonly #run: Run;
  readonly #ended: (work: FrameWork, outcome: TaskOutcome) => Promise<void>;
  readonly #watch: JobWatch;

  constructor(run: Run, ended: (work: FrameWork, outcome: TaskOutcome) => Promise<void>) {
    this.#run = run;
    this.#ended = ended;
    const { kernel } = run;
    this.#watch = new JobWatch(kernel.clock, (frame) => this.#look(frame), kernel.report);
    kernel.outbox.handle<FrameWork>('sfn:task', (work) => this.#perform(work), { concurrency: 256 });
    kernel.outbox.handle<Timer>('sfn:timer', (timer) => this.#timeout(timer));
    kernel.outbox.handle<StopJob>('sfn:stop-job', (stop) => this.#stopJob(stop));
  }

  /** A Task state begins: in the turn of its decision. */
  begin({ frame, state }: Moment, decision: Decision & { kind: 'task' }): void {
    const { kernel, executions } = this.#run;
    const { timeoutSeconds, heartbeatSeconds } = decision;
    const now = kernel.clock.now();
    const { resource, integration } = taskOf(state);
    const scheduled = taskEvents(resource, integration).scheduled({
      input: JSON.stringify(decision.arguments),
      region: kernel.region,
      timeoutInSeconds: timeoutSeconds,
      heartbeatInSeconds: heartbeatSeconds,
    });
    for (const event of scheduled) record(this.#run, frame, event);
    frame.phase = 'task';
    frame.arguments = decision.arguments;
    frame.at = now;
    frame.seq++;
    executions.putFrame(frame);
    const work: FrameWork = { frame: frame.id, seq: frame.seq };
    kernel.outbox.add('sfn:task', work);
    // No task here sends heartbeats: its heartbeat is its timeout where that is shorter.
    const limit = Math.min(timeoutSeconds ?? Number.POSITIVE_INFINITY, heartbeatSeconds ?? Number.POSITIVE_INFINITY);
    if (limit === Number.POSITIVE_INFINITY) return;
    const error = limit === timeoutSeconds ? 'States.Timeout' : 'States.HeartbeatTimeout';
    const timer: Timer = { ...work, error };
    kernel.outbox.add('sfn:timer', timer, { id: timerId(frame.id), at: now + 1000 * limit });
  }

  resume(): void {
    for (const frame of this.#run.executions.framesInPhase('job')) this.#watch.watch(frame.id, frame.at);
  }

  close(): void {
    this.#watch.close();
  }

  async #perform(work: FrameWork): Promise<void> {
    const moment = momentOf(this.#run, work);
    if (moment?.frame.phase !== 'task') return;
    const { frame, state } = moment;
    const { kernel } = this.#run;
    const { integration } = taskOf(state);
    const caller = callerOf(moment);
    const given = frame.arguments ?? null;
    await this.#settle(work, moment, async () => {
      if (integration.kind !== 'labeling-job' || !integration.sync) return runTask(kernel, integration, given, caller);
      this.#submitted(work, await submitOnce(kernel, given, caller, frame.at ?? 0), given);
      return undefined;
    });
  }

  /** Runs `task` to its result, or its failure; undefined when it goes on. */
  async #settle(work: FrameWork, moment: Moment, task: () => Promise<Json | undefined>): Promise<void> {
    const { resource, integration } = taskOf(moment.state);
    const events = taskEvents(resource, integration);
    let output: string | undefined;
    try {
      output = JSON.stringify(await task());
      if (output !== undefined) checkPayload(output, events.name, 'returned a result');
    } catch (error) {
      if (error instanceof Closing) throw error;
      if (!(error instanceof StateError))
        this.#run.kernel.report(`the task ${resource} of ${moment.execution.arn} failed`, error);
      const failed = error instanceof StateError ? error : new StateError('States.Runtime', messageOf(error));
      return this.#ended(work, {
        decision: () => Promise.reject(failed),
        note: (frame) => record(this.#run, frame, events.failed(failed.failure)),
      });
    }
    if (output === undefined) return;
    const result = output;
    await this.#ended(work, {
      decision: () => withResult(moment, JSON.parse(result)),
      note: (frame) => record(this.#run, frame, events.succeeded(result)),
    });
  }

  #submitted(work: FrameWork, answer: Json, given: Json): void {
    const moment = momentOf(this.#run, work);
    const job = isObject(given) ? String(given.LabelingJobName) : '';
    if (!moment) return;
    const { frame, state } = moment;
    const { resource, integration } = taskOf(state);
    const submitted = taskEvents(resource, integration).submitted;
    if (submitted) record(this.#run, frame, submitted(JSON.stringify(answer)));
    frame.phase = 'job';
    frame.job = job;
    // `seq` stays: the timeout that was set with the task goes on.
    this.#run.executions.putFrame(frame);
    this.#watch.watch(frame.id);
  }

  async #look(frameId: string): Promise<'ended' | 'runs'> {
    const frame = this.#run.executions.frame(frameId);
    if (frame?.phase !== 'job') return 'ended';
    const work: FrameWork = { frame: frameId, seq: frame.seq };
    const moment = momentOf(this.#run, work);
    if (!moment) return 'ended';
    let runs = false;
    await this.#settle(work, moment, async () => {
      const result = resultOf(await describe(this.#run.kernel, frame.job ?? '', callerOf(moment)));
      if (result instanceof StateError) throw result;
      runs = result === undefined;
      return result;
    });
    return runs ? 'runs' : 'ended';
  }

  async #timeout({ error, ...work }: Timer): Promise<void> {
    const moment = momentOf(this.#run, work);
    if (!moment) return;
    const { resource, integration } = taskOf(moment.state);
    const failed = new StateError(error, '');
    await this.#ended(work, {
      decision: () => Promise.reject(failed),
      note: (frame) => {
        record(this.#run, frame, taskEvents(resource, integration).timedOut(failed.failure));
        stopJob(this.#run, moment.execution, frame);
      },
    });
  }

  async #stopJob({ job, roleArn, execution }: StopJob): Promise<void> {
    try {
      const input = { LabelingJobName: job };
      await this.#run.kernel.call('sagemaker', 'StopLabelingJob', input, taskCaller(roleArn, execution));
    } catch (error) {
      // "Best effort": it may have ended already, or the role may not stop it.
      if (!(error instanceof AwsError)) throw error;
    }
  }
}

function taskOf(state: State): { resource: string; integration: Integration } {
  const resource = state.Type === 'Task' ? state.Resource : '';
  const integration = integrationOf(resource);
  if (!integration) throw new Error(`${resource} is no task's resource`);
  return { resource, integration };
}

const callerOf = ({ execution }: Moment): Caller => taskCaller(execution.roleArn, execution.name);
