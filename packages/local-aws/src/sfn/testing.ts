import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { Uint8ArrayBlobAdapter } from '@smithy/core/serde';
import { openRoles, standIn } from '../kernel/authorization/stand-in.ts';
import { administratorCaller } from '../kernel/caller.ts';
import { type ManualClock, manualClock } from '../kernel/clock.ts';
import { Kernel } from '../kernel/kernel.ts';
import type { Service } from '../kernel/service.ts';
import type { Json } from './json.ts';
import { sfnService } from './service.ts';

export const ACCOUNT = '000000000000';
export const REGION = 'eu-west-1';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/machine`;

/** An error as a function's runtime reports it, e.g. `new FunctionError('Flaky', 'not today')`. */
export class FunctionError extends Error {
  constructor(name: string, message = '') {
    super(message);
    this.name = name;
  }
}

type StateDefinition = Record<string, unknown>;

/** A JSONata machine that begins at the first of its states. */
export function machine(states: Record<string, StateDefinition>, more: Record<string, unknown> = {}) {
  return { QueryLanguage: 'JSONata', ...block(states), ...more };
}

/** A branch, or what a Map runs for each item. */
export function block(states: Record<string, StateDefinition>) {
  return { StartAt: Object.keys(states)[0], States: states };
}

/** A Task that calls a function by its ARN, the last of its block unless `more` has a `Next`. */
export function call(name: string, more: StateDefinition = {}): StateDefinition {
  return {
    Type: 'Task',
    Resource: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`,
    ...('Next' in more ? {} : { End: true }),
    ...more,
  };
}

export interface Described {
  arn: string;
  status?: string | undefined;
  output?: Json;
  error?: string | undefined;
  cause?: string | undefined;
}

export interface Lab {
  kernel: Kernel;
  clock: ManualClock;
  /** What has been told to EventBridge. */
  told: { detailType: string; detail: Record<string, unknown> }[];
  /** The calls of functions, in order. */
  invocations: { functionName: string; event: Json }[];
  reports: string[];
  /** Makes a machine of the definition, and starts it; returns the execution's ARN. */
  start(definition: Record<string, unknown>, input?: Json, name?: string): Promise<string>;
  describe(executionArn: string): Promise<Described>;
  /** Starts a machine, moves time on by `seconds` when it has come as far as it can, and describes the execution. */
  run(definition: Record<string, unknown>, input?: Json, seconds?: number): Promise<Described>;
  /** The history's events. */
  events(executionArn: string): Promise<HistoryEvent[]>;
  /** The types of the history's events. */
  history(executionArn: string): Promise<string[]>;
  /** Closes everything and opens it again on the same data, as a restart does. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Runs state machines in no time: a clock that tests move, functions in this process, no network. */
export async function stateMachineLab(
  functions: Record<string, (event: Json) => Json | Promise<Json>> = {},
  services: Service[] = [],
): Promise<Lab> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sfn-'));
  const clock = manualClock();
  const told: Lab['told'] = [];
  const invocations: Lab['invocations'] = [];
  const reports: string[] = [];
  const caller = administratorCaller(ACCOUNT);
  const lambda = standIn<'lambda', null>({
    name: 'lambda',
    signingName: 'lambda',
    load: () => import('@aws-sdk/client-lambda'),
    create: () => null,
    operations: {
      async Invoke({ FunctionName = '', Payload }) {
        const functionName = FunctionName.split(':').at(-1) ?? '';
        const event = JSON.parse(Payload instanceof Uint8Array ? Buffer.from(Payload).toString() : '{}');
        invocations.push({ functionName, event });
        const run = functions[functionName];
        if (!run) throw new Error(`the test has no function ${functionName}`);
        const answer = (payload: Json) => Uint8ArrayBlobAdapter.fromString(JSON.stringify(payload));
        try {
          return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: answer(await run(event)) };
        } catch (error) {
          if (!(error instanceof FunctionError)) throw error;
          const payload = answer({ errorType: error.name, errorMessage: error.message });
          return { StatusCode: 200, FunctionError: 'Unhandled', Payload: payload };
        }
      },
    },
  });
  const eventbridge = standIn<'eventbridge', null>({
    name: 'eventbridge',
    signingName: 'events',
    load: () => import('@aws-sdk/client-eventbridge'),
    create: () => null,
    operations: {
      PutEvents({ Entries = [] }) {
        for (const { DetailType = '', Detail = '{}' } of Entries)
          told.push({ detailType: DetailType, detail: JSON.parse(Detail) });
        return { FailedEntryCount: 0, Entries: [] };
      },
    },
  });
  const open = async () => {
    const report = (message: string) => void reports.push(message);
    const options = { dataDir, account: ACCOUNT, region: REGION, clock, images: {}, report };
    const kernel = new Kernel(options, [openRoles, lambda, eventbridge, ...services, sfnService]);
    await kernel.start('http://127.0.0.1:0');
    return kernel;
  };
  let kernel = await open();
  let machines = 0;
  const lab: Lab = {
    get kernel() {
      return kernel;
    },
    clock,
    told,
    invocations,
    reports,
    async start(definition, input = {}, name = undefined) {
      const machine = await kernel.call(
        'sfn',
        'CreateStateMachine',
        { name: `machine-${++machines}`, definition: JSON.stringify(definition), roleArn: ROLE },
        caller,
      );
      const started = await kernel.call(
        'sfn',
        'StartExecution',
        { stateMachineArn: machine.stateMachineArn, input: JSON.stringify(input), name },
        caller,
      );
      await clock.advance(0);
      return started.executionArn ?? '';
    },
    async describe(executionArn) {
      const executions = () => kernel.call('sfn', 'DescribeExecution', { executionArn }, caller);
      // Each transition is a commit: give as many turns as the longest machine under test has transitions.
      for (let turn = 0; turn < 20 && (await executions()).status === 'RUNNING'; turn++) await clock.advance(0);
      // What follows from its end.
      await clock.advance(0);
      const { status, output, error, cause } = await executions();
      return { arn: executionArn, status, error, cause, ...(output !== undefined && { output: JSON.parse(output) }) };
    },
    async run(definition, input = {}, seconds = 0) {
      const arn = await lab.start(definition, input);
      const before = await lab.describe(arn);
      if (before.status !== 'RUNNING') return before;
      await clock.advance(seconds * 1000);
      return lab.describe(arn);
    },
    async events(executionArn) {
      const input = { executionArn, maxResults: 1000 };
      return (await kernel.call('sfn', 'GetExecutionHistory', input, caller)).events ?? [];
    },
    async history(executionArn) {
      return (await lab.events(executionArn)).map(({ type }) => type ?? '');
    },
    async restart() {
      await kernel.close();
      kernel = await open();
    },
    async close() {
      await kernel.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return lab;
}
