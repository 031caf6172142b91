import type { z } from 'zod';
import type { AccessControl } from './access-control.ts';

/** The component that calls, known by the token that its process was given. */
export interface IpcCaller {
  component: string;
  accessControl(): AccessControl;
}

/** Sends an event on an open stream. `shape` is its model type without the `aws.greengrass#`. */
export type Emit = (shape: string, event: Record<string, unknown>) => void;

export interface Subscription {
  response?: Record<string, unknown>;
  close(): void;
}

/** A request with one answer. */
export interface UnaryOperation {
  kind: 'unary';
  run(request: unknown, caller: IpcCaller): Promise<Record<string, unknown>>;
}

/** A request whose answer is followed by events until either side ends the stream. */
export interface StreamingOperation {
  kind: 'streaming';
  open(request: unknown, caller: IpcCaller, emit: Emit): Subscription;
}

export type IpcOperation = UnaryOperation | StreamingOperation;

/** Operations by name, without the `aws.greengrass#`. */
export type IpcOperations = Record<string, IpcOperation>;

/** An operation with one answer; what doesn't fit `schema` is refused before `run`. */
export function unary<Request>(
  schema: z.ZodType<Request>,
  run: (request: Request, caller: IpcCaller) => Promise<Record<string, unknown>>,
): UnaryOperation {
  return { kind: 'unary', run: (request, caller) => run(schema.parse(request), caller) };
}

/** An operation that opens a stream of events. */
export function streaming<Request>(
  schema: z.ZodType<Request>,
  open: (request: Request, caller: IpcCaller, emit: Emit) => Subscription,
): StreamingOperation {
  return { kind: 'streaming', open: (request, caller, emit) => open(schema.parse(request), caller, emit) };
}
