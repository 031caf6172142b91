import { decodeMessage, type Message } from './message.ts';

/** No message of the nucleus's interprocess communication is larger; a longer prefix is not an event stream. */
const LARGEST_MESSAGE = 16 * 1024 * 1024;
/** Prelude (12 bytes) and message checksum (4). */
const SMALLEST_MESSAGE = 16;

/** Cuts a byte stream into messages. The returned function takes the next bytes and throws on what isn't an event stream. */
export function messageReader(): (bytes: Buffer) => Message[] {
  let pending: Buffer = Buffer.alloc(0);
  return (bytes) => {
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
    const messages: Message[] = [];
    while (pending.length >= 4) {
      const length = pending.readUInt32BE(0);
      if (length < SMALLEST_MESSAGE || length > LARGEST_MESSAGE)
        throw new Error(
          `event-stream message of ${length} bytes: not within ${SMALLEST_MESSAGE} to ${LARGEST_MESSAGE}`,
        );
      if (pending.length < length) break;
      messages.push(decodeMessage(pending.subarray(0, length)));
      pending = pending.subarray(length);
    }
    return messages;
  };
}
