import { messageOf } from '../../kernel/errors.ts';
import type { Execution } from '../executions.ts';
import { type Decision, decide } from './decide.ts';
import { deadlineId, endExecution, tellStatus, timerId } from './execution-end.ts';
import { type Failure, StateError } from './failure.ts';
import type { Frame } from './frame.ts';
import { type FrameWork, type Moment, momentOf, type Run, record, save } from './run.ts';
import { type TaskOutcome, TaskRunner } from './task-runner.ts';
import { beginFork, enter, failFrame, failState, leave } from './transitions.ts';

/** The most events that an execution's history may have ("Service quotas"). */
const LONGEST_HISTORY = 25_000;

/**
 * Runs state machines. What an execution is doing is data in the store (its frames), every transition is one transaction
 * that also adds the work that follows from it to the outbox: a restart goes on where the last transition left it.
 */
export class Interpreter {
  readonly #run: Run;
  readonly #tasks: TaskRunner;

  constructor(run: Run) {
    this.#run = run;
    this.#tasks = new TaskRunner(run, (work, outcome) => this.#taskEnded(work, outcome));
    const { outbox } = run.kernel;
    outbox.handle<FrameWork>('sfn:step', (work) => this.#step(work), { concurrency: 64 });
    outbox.handle<{ execution: string }>('sfn:deadline', ({ execution }) => this.#deadline(execution));
  }

  /** Begins an execution that was put into the store in the same turn. */
  begin(execution: Execution): void {
    const { kernel, history, executions } = this.#run;
    const { arn, startDate, definition, input } = execution;
    history.append(arn, startDate, 0, {
      type: 'ExecutionStarted',
      executionStartedEventDetails: { input, inputDetails: { truncated: false }, roleArn: execution.roleArn },
    });
    executions.put(execution);
    tellStatus(this.#run, execution);
    if (definition.TimeoutSeconds !== undefined)
      kernel.outbox.add(
        'sfn:deadline',
        { execution: arn },
        { id: deadlineId(arn), at: startDate + 1000 * definition.TimeoutSeconds },
      );
    const frame: Frame = {
      id: arn,
      executionArn: arn,
      seq: 0,
      block: [],
      state: '',
      phase: 'enter',
      input: null,
      variables: {},
      enteredAt: startDate,
      enteredEvent: 0,
      // AWS's histories begin twice: neither the start nor the first state follows from an event.
      lastEvent: 0,
      retries: [],
    };
    enter(this.#run, { execution, frame }, definition.StartAt, JSON.parse(input));
  }

  /** Ends an execution that runs, from without: that follows from none of its events. */
  stop(execution: Execution, status: 'FAILED' | 'ABORTED' | 'TIMED_OUT', failure: Partial<Failure>): void {
    endExecution(this.#run, execution, { status, failure }, 0);
  }

  /** Takes up the jobs that are waited for. */
  resume(): void {
    this.#tasks.resume();
  }

  close(): void {
    this.#tasks.close();
  }

  async #step(work: FrameWork): Promise<void> {
    const moment = momentOf(this.#run, work);
    if (moment)
      await this.#advance(
        work,
        moment,
        () => decide(moment),
        () => {},
      );
  }

  /** A task's result or failure has come; `note` writes what the history has to say of it. */
  async #taskEnded(work: FrameWork, { decision, note }: TaskOutcome): Promise<void> {
    const moment = momentOf(this.#run, work);
    if (moment) await this.#advance(work, moment, decision, note);
  }

  async #advance(
    work: FrameWork,
    asked: Moment,
    decision: () => Promise<Decision>,
    note: (frame: Frame) => void,
  ): Promise<void> {
    let made: Decision | StateError;
    try {
      made = await decision();
    } catch (error) {
      if (!(error instanceof StateError))
        this.#run.kernel.report(
          `state ${asked.frame.state} of ${asked.execution.arn} failed: ${messageOf(error)}`,
          error,
        );
      made = error instanceof StateError ? error : new StateError('States.Runtime', messageOf(error));
    }
    // Evaluating took time: the execution may have been stopped, or the state timed out.
    const moment = momentOf(this.#run, work);
    if (!moment) return;
    this.#run.kernel.store.atomic(() => {
      note(moment.frame);
      this.#apply(moment, made);
    });
  }

  #apply(moment: Moment, decision: Decision | StateError): void {
    const { execution, frame } = moment;
    this.#run.kernel.outbox.cancel(timerId(frame.id));
    if (this.#run.history.count(execution.arn) >= LONGEST_HISTORY - 10) {
      const cause = `The execution reached the maximum number of history events (${LONGEST_HISTORY}).`;
      this.stop(execution, 'FAILED', { error: 'States.Runtime', cause });
    } else if (decision instanceof StateError) this.#fail(moment, decision);
    else this.#carryOut(moment, decision);
  }

  #carryOut(moment: Moment, decision: Decision): void {
    const { frame } = moment;
    switch (decision.kind) {
      case 'leave':
        leave(this.#run, moment, decision);
        break;
      case 'wait':
        frame.phase = 'wait';
        frame.at = decision.until;
        save(this.#run, frame, { at: decision.until });
        break;
      case 'fork':
        beginFork(this.#run, moment, decision.fork);
        break;
      case 'task':
        this.#tasks.begin(moment, decision);
        break;
      case 'end':
        failFrame(this.#run, moment, decision.failure);
    }
  }

  #fail(moment: Moment, error: StateError): void {
    const { frame } = moment;
    if (error.location !== undefined)
      record(this.#run, frame, {
        type: 'EvaluationFailed',
        evaluationFailedEventDetails: { ...error.failure, location: error.location, state: frame.state },
      });
    const where = `An error occurred while executing the state '${frame.state}' (entered at the event id #${frame.enteredEvent}). `;
    const { error: name, cause } = error.failure;
    failState(this.#run, moment, error.location === undefined ? error.failure : { error: name, cause: where + cause });
  }

  #deadline(arn: string): void {
    const execution = this.#run.executions.get(arn);
    if (execution?.status === 'RUNNING') this.#run.kernel.store.atomic(() => this.stop(execution, 'TIMED_OUT', {}));
  }
}
