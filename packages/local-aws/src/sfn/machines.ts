import type { LoggingConfiguration, Tag, TracingConfiguration } from '@aws-sdk/client-sfn';
import { AwsError } from '../kernel/errors.ts';
import type { Collection, Store } from '../kernel/store.ts';

export interface Machine {
  arn: string;
  name: string;
  definition: string;
  roleArn: string;
  status: 'ACTIVE' | 'DELETING';
  /** Milliseconds since the epoch. */
  creationDate: number;
  updateDate: number;
  revisionId: string;
  loggingConfiguration: LoggingConfiguration;
  tracingConfiguration: TracingConfiguration;
  tags: Tag[];
}

/** The state machines by ARN. */
export class Machines {
  readonly #machines: Collection<Machine>;

  constructor(store: Store) {
    this.#machines = store.collection<Machine>('sfn_machines');
  }

  find(arn: string): Machine | undefined {
    return this.#machines.get(arn);
  }

  get(arn: string): Machine {
    checkArn(arn);
    const machine = this.#machines.get(arn);
    if (!machine) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return machine;
  }

  put(machine: Machine): void {
    this.#machines.put(machine.arn, machine);
  }

  delete(arn: string): void {
    this.#machines.delete(arn);
  }

  list(after: string | undefined, limit: number): Machine[] {
    return this.#machines.list({ after, limit }).map(({ value }) => value);
  }
}

/** What is no ARN at all is told apart from one of nothing. */
export function checkArn(arn: string): void {
  if (!arn.startsWith('arn:')) throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
}
