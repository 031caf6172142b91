import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Authorization } from './authorization/authorization.ts';
import { CallLog } from './call-log.ts';
import { type Caller, internalCaller } from './caller.ts';
import type { Clock } from './clock.ts';
import { Credentials } from './credentials.ts';
import { AwsError, messageOf, notImplemented } from './errors.ts';
import { makePrivate } from './files.ts';
import { InHand } from './in-hand.ts';
import { Metrics } from './metrics.ts';
import type { InputOf, OperationName, OutputOf, ServiceName } from './modules.ts';
import { Outbox } from './outbox.ts';
import { Processes } from './processes.ts';
import type { ResourceProvider } from './resource-provider.ts';
import type { OpenService, Request, Service } from './service.ts';
import { Store } from './store.ts';

/** What runs in place of a container image: a command, with what is added to its environment. */
export interface JobImage {
  command: string[];
  environment?: Record<string, string>;
}

/** How often and how late EventBridge delivers an event to a target: on AWS at least once, and in no order. */
export interface EventDelivery {
  copies(): number;
  /** Of one copy; milliseconds of the clock. */
  delay(): number;
}

export interface KernelOptions {
  /** Where all state lives. */
  dataDir: string;
  account: string;
  region: string;
  clock: Clock;
  /** Jobs by ECR repository name, e.g. `acme/train`: how a container image's entry point is started here. */
  images: Record<string, JobImage>;
  /** Once and at once, unless a test wants it harsher. */
  eventDelivery?: EventDelivery;
  /** Where trouble is told that no caller hears of. */
  report(message: string, error?: unknown): void;
}

/** An event that an AWS service emits to the default bus. */
export interface AwsEvent {
  /** E.g. `aws.s3`. */
  source: string;
  detailType: string;
  detail: Record<string, unknown>;
  resources?: string[];
}

interface QueuedEvent extends AwsEvent {
  /** Milliseconds since the epoch. */
  time: number;
}

/** What the services share: state, time, work to be done, credentials, and each other (through {@link call}). */
export class Kernel {
  readonly dataDir: string;
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  readonly images: Record<string, JobImage>;
  readonly eventDelivery: EventDelivery;
  readonly store: Store;
  readonly outbox: Outbox;
  readonly credentials: Credentials;
  readonly callLog: CallLog;
  readonly metrics: Metrics;
  readonly inHand: InHand;
  readonly authorization: Authorization;
  readonly processes = new Processes();
  readonly report: KernelOptions['report'];
  readonly services: ReadonlyMap<ServiceName, Service>;
  readonly #open = new Map<ServiceName, OpenService>();
  /** By the service in the ARNs of the resources. */
  readonly #policyKeepers = new Map<string, NonNullable<OpenService['resourcePolicies']>>();
  #endpoint: string | undefined;

  constructor(options: KernelOptions, services: Service[]) {
    this.dataDir = options.dataDir;
    this.account = options.account;
    this.region = options.region;
    this.clock = options.clock;
    this.images = options.images;
    this.eventDelivery = options.eventDelivery ?? { copies: () => 1, delay: () => 0 };
    this.report = options.report;
    mkdirSync(this.dataDir, { recursive: true, mode: 0o700 });
    this.store = new Store(makePrivate(join(this.dataDir, 'state.db')), (failure) =>
      this.report(failure.message, failure.cause),
    );
    this.callLog = new CallLog(makePrivate(join(this.dataDir, 'calls.db')), this.report);
    this.metrics = new Metrics(this.store, this.clock);
    this.outbox = new Outbox(this.store, this.clock, this.report);
    this.inHand = new InHand(this.store);
    this.credentials = new Credentials(this.store, this.clock, this.account);
    this.authorization = new Authorization(
      {
        identityPolicies: (roleArn) => this.#open.get('iam')?.identityPolicies?.(roleArn) ?? [],
        trustPolicies: (roleArn) => this.#open.get('iam')?.trustPolicies?.(roleArn) ?? [],
        resourcePolicies: (arn) => {
          const keeper = this.#policyKeepers.get(arn.split(':', 3)[2] ?? '');
          return keeper ? keeper(arn) : [];
        },
      },
      (caller, need, decision) => this.callLog.recordDecision(this.clock.now(), caller, need, decision),
    );
    this.services = new Map(services.map((service) => [service.name, service]));
    this.outbox.handle<QueuedEvent>('kernel:event', async (event) => {
      await this.call(
        'eventbridge',
        'PutEvents',
        {
          Entries: [
            {
              Source: event.source,
              DetailType: event.detailType,
              Detail: JSON.stringify(event.detail),
              Resources: event.resources ?? [],
              Time: new Date(event.time),
            },
          ],
        },
        internalCaller(`${event.source.replace(/^aws\./, '')}.amazonaws.com`, this.account),
      );
    });
    for (const service of services) {
      const open = service.open(this);
      this.#open.set(service.name, open);
      if (open.resourcePolicies) this.#policyKeepers.set(open.prefix, open.resourcePolicies);
    }
  }

  /** The URL at which clients reach the embedded AWS, e.g. `http://127.0.0.1:4580`. Known once it listens. */
  get endpoint(): string {
    if (this.#endpoint === undefined) throw new Error('the embedded AWS is not listening yet');
    return this.#endpoint;
  }

  /** A folder of `name`'s own in the data directory; made when missing. */
  folder(name: string): string {
    const path = join(this.dataDir, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }

  /** An ARN of this account and region; `global` leaves both out (S3), `regionless` the region (IAM). */
  arn(service: string, resource: string, scope: 'regional' | 'regionless' | 'global' = 'regional'): string {
    const region = scope === 'regional' ? this.region : '';
    const account = scope === 'global' ? '' : this.account;
    return `arn:aws:${service}:${region}:${account}:${resource}`;
  }

  /** Calls an operation of a service in the name of `caller`. What it throws is an `AwsError`, or a fault of ours. */
  async call<S extends ServiceName, O extends OperationName<S>>(
    service: S,
    operation: O & string,
    input: InputOf<S, O>,
    caller: Caller,
  ): Promise<OutputOf<S, O>> {
    const request: Request = {
      caller,
      account: this.account,
      region: this.region,
      requestId: randomUUID(),
      endpoint: this.endpoint,
    };
    // Operations are typed against the same client as `OutputOf`.
    return (await this.perform(service, operation, input, request)) as OutputOf<S, O>;
  }

  /** Runs one operation, if the caller may, and records the call. The gateway's way in; services use {@link call}. */
  async perform(service: ServiceName, operation: string, input: unknown, request: Request): Promise<unknown> {
    const run = this.#open.get(service)?.operation(operation);
    if (!run) throw notImplemented(`${service}:${operation}`);
    return this.admitted(service, operation, input, request, () => run(input, request));
  }

  /** The one door: does `work` if the caller may call the operation with this input, and writes the call log's line. */
  async admitted<T>(
    service: ServiceName,
    operation: string,
    input: unknown,
    request: Request,
    work: () => T | Promise<T>,
  ): Promise<T> {
    const at = this.clock.now();
    const begun = performance.now();
    const line = { at, requestId: request.requestId, service, operation, caller: request.caller };
    try {
      const needs = this.#open.get(service)?.needs(operation, input);
      if (!needs) throw notImplemented(`${service}:${operation}`);
      this.authorization.require(service, request.caller, needs);
      const result = await work();
      this.callLog.record({ ...line, status: 200, milliseconds: performance.now() - begun });
      return result;
    } catch (error) {
      const status = error instanceof AwsError ? (error.status ?? 400) : 500;
      const code = error instanceof AwsError ? error.code : messageOf(error);
      this.callLog.record({ ...line, status, error: code, milliseconds: performance.now() - begun });
      throw error;
    }
  }

  /**
   * Emits an event of an AWS service to the default bus. It is delivered after (and only if) the turn's writes are on
   * disk: call it in the same turn as the change that it tells of.
   */
  emitEvent(event: AwsEvent): void {
    const queued: QueuedEvent = { ...event, time: this.clock.now() };
    this.outbox.add('kernel:event', queued);
  }

  /** The provider of a CloudFormation resource type, if one of the services has it. */
  resourceProvider(type: string): ResourceProvider | undefined {
    for (const service of this.services.values()) {
      const provider = Object.hasOwn(service.resources, type) ? service.resources[type] : undefined;
      if (provider) return provider;
    }
    return undefined;
  }

  opened(): ReadonlyMap<ServiceName, OpenService> {
    return this.#open;
  }

  /** Takes up the work that waits. `endpoint` is where the gateway listens. */
  async start(endpoint: string): Promise<void> {
    this.#endpoint = endpoint;
    for (const service of this.#open.values()) await service.start();
    this.outbox.start();
  }

  /** Stops in an orderly way: tasks that run end, children are killed, the state is closed. */
  async close(): Promise<void> {
    const outboxClosed = this.outbox.close();
    for (const service of [...this.#open.values()].reverse()) await service.close();
    await this.processes.close();
    await outboxClosed;
    try {
      if (!this.store.failure) await this.store.durable();
    } finally {
      this.store.close();
      this.callLog.close();
    }
  }
}
