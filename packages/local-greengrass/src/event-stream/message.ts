import { EventStreamCodec } from '@smithy/eventstream-codec';

/** Kinds of messages of the event-stream RPC protocol ("AWS event stream", header `:message-type`). */
export const MessageType = {
  application: 0,
  applicationError: 1,
  ping: 2,
  pingResponse: 3,
  connect: 4,
  connectAck: 5,
  protocolError: 6,
  internalError: 7,
} as const;

/** Bits of the header `:message-flags`. */
export const MessageFlag = { connectionAccepted: 1, terminateStream: 2 } as const;

export interface Message {
  type: number;
  flags: number;
  /** 0 for messages about the connection itself. */
  streamId: number;
  /** The string headers besides the protocol's own three. */
  headers: Record<string, string>;
  payload: Buffer;
}

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
  (text) => Buffer.from(text, 'utf8'),
);

export function encodeMessage(message: Message): Uint8Array {
  const strings = Object.entries(message.headers).map(([name, value]) => [name, { type: 'string' as const, value }]);
  return codec.encode({
    headers: {
      ':message-type': { type: 'integer', value: message.type },
      ':message-flags': { type: 'integer', value: message.flags },
      ':stream-id': { type: 'integer', value: message.streamId },
      ...Object.fromEntries(strings),
    },
    body: message.payload,
  });
}

/** Decodes one whole message; throws when a checksum doesn't fit or one of the protocol's headers is missing. */
export function decodeMessage(bytes: Uint8Array): Message {
  const { headers, body } = codec.decode(bytes);
  const number = (name: string) => {
    const header = headers[name];
    if (header?.type !== 'integer') throw new Error(`event-stream message without its integer header ${name}`);
    return header.value;
  };
  const strings: Record<string, string> = {};
  for (const [name, header] of Object.entries(headers)) if (header.type === 'string') strings[name] = header.value;
  return {
    type: number(':message-type'),
    flags: number(':message-flags'),
    streamId: number(':stream-id'),
    headers: strings,
    payload: Buffer.from(body),
  };
}
