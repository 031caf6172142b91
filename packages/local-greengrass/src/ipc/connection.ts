import type { Socket } from 'node:net';
import { z } from 'zod';
import { messageReader } from '../event-stream/frames.ts';
import { encodeMessage, type Message, MessageFlag, MessageType } from '../event-stream/message.ts';
import { IpcError } from './errors.ts';
import type { IpcCaller, IpcOperations, Subscription } from './operation.ts';

export interface ConnectionOptions {
  operations: IpcOperations;
  /** Who has this token, if anyone. */
  callerOf(token: string): IpcCaller | undefined;
  report(message: string, error?: unknown): void;
}

const connectSchema = z.object({ authToken: z.string() });

/** Serves one client: handshake, then a stream per operation ("event-stream RPC", as the official client speaks it). */
export function serveConnection(socket: Socket, { operations, callerOf, report }: ConnectionOptions): void {
  const read = messageReader();
  const streams = new Map<number, Subscription>();
  let caller: IpcCaller | undefined;

  const send = (message: Partial<Message> & { type: number }) => {
    if (socket.writable)
      socket.write(encodeMessage({ flags: 0, streamId: 0, headers: {}, payload: Buffer.alloc(0), ...message }));
  };
  const sendModelled = (streamId: number, shape: string, body: Record<string, unknown>, flags = 0, failed = false) =>
    send({
      type: failed ? MessageType.applicationError : MessageType.application,
      flags,
      streamId,
      headers: { ':content-type': 'application/json', 'service-model-type': `aws.greengrass#${shape}` },
      payload: Buffer.from(JSON.stringify(body)),
    });
  const sendError = (streamId: number, error: unknown) => {
    const known = modelled(error);
    if (known !== error && known.code === 'ServiceError')
      report(`interprocess call of ${caller?.component} failed`, error);
    sendModelled(streamId, known.code, { message: known.message }, MessageFlag.terminateStream, true);
  };

  function connect(message: Message): void {
    const parsed = connectSchema.safeParse(parsedJson(message.payload));
    const known =
      parsed.success && message.headers[':version'] === '0.1.0' ? callerOf(parsed.data.authToken) : undefined;
    if (!known) {
      report('a process tried to connect without the token that the nucleus gives to components');
      send({ type: MessageType.connectAck });
      socket.end();
      return;
    }
    caller = known;
    send({ type: MessageType.connectAck, flags: MessageFlag.connectionAccepted });
  }

  async function open(message: Message, by: IpcCaller): Promise<void> {
    const { streamId } = message;
    const name = (message.headers.operation ?? '').replace(/^aws\.greengrass#/, '');
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (!operation) {
      send({
        type: MessageType.applicationError,
        flags: MessageFlag.terminateStream,
        streamId,
        headers: { ':content-type': 'text/plain' },
        payload: Buffer.from(`Operation ${name} is not supported by this core device.`),
      });
      return;
    }
    try {
      const request = message.payload.length === 0 ? {} : JSON.parse(message.payload.toString('utf8'));
      if (operation.kind === 'unary') {
        const response = await operation.run(request, by);
        sendModelled(streamId, `${name}Response`, response, MessageFlag.terminateStream);
        return;
      }
      const subscription = operation.open(request, by, (shape, event) => sendModelled(streamId, shape, event));
      streams.set(streamId, subscription);
      sendModelled(streamId, `${name}Response`, subscription.response ?? {});
    } catch (error) {
      sendError(streamId, error);
    }
  }

  function receive(message: Message): void {
    if (message.type === MessageType.ping) {
      send({ type: MessageType.pingResponse, payload: message.payload });
      return;
    }
    if (!caller) {
      if (message.type === MessageType.connect) {
        connect(message);
        return;
      }
      send({
        type: MessageType.protocolError,
        headers: { ':content-type': 'text/plain' },
        payload: Buffer.from('connect first'),
      });
      socket.end();
      return;
    }
    if (message.streamId === 0) return;
    if (message.flags & MessageFlag.terminateStream) {
      streams.get(message.streamId)?.close();
      streams.delete(message.streamId);
      return;
    }
    if (message.type === MessageType.application) void open(message, caller);
  }

  socket.on('data', (bytes) => {
    try {
      for (const message of read(bytes)) receive(message);
    } catch (error) {
      report('a client of the interprocess socket sent what is not an event stream', error);
      socket.destroy();
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    for (const stream of streams.values()) stream.close();
    streams.clear();
  });
}

function modelled(error: unknown): IpcError {
  if (error instanceof IpcError) return error;
  if (error instanceof z.ZodError)
    return new IpcError('ServiceError', `invalid arguments: ${z.prettifyError(error)}`, error);
  if (error instanceof SyntaxError)
    return new IpcError('ServiceError', 'invalid arguments: the request is not JSON', error);
  return new IpcError('ServiceError', error instanceof Error ? error.message : String(error), error);
}

function parsedJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    // An unreadable handshake is an unauthenticated one; the caller refuses and reports it.
    return undefined;
  }
}
