import { describe, expect, it } from 'vitest';
import { messageReader } from './frames.ts';
import { encodeMessage, type Message, MessageFlag, MessageType } from './message.ts';

const message: Message = {
  type: MessageType.application,
  flags: MessageFlag.terminateStream,
  streamId: 7,
  headers: { operation: 'aws.greengrass#UpdateState', ':content-type': 'application/json' },
  payload: Buffer.from('{"state":"RUNNING"}'),
};
const bytes = Buffer.from(encodeMessage(message));

describe('the event stream', () => {
  it('reads back what it wrote, however the bytes arrive', () => {
    for (const size of [1, 3, bytes.length - 1, bytes.length, bytes.length * 2]) {
      const read = messageReader();
      const both = Buffer.concat([bytes, bytes]);
      const messages: Message[] = [];
      for (let at = 0; at < both.length; at += size) messages.push(...read(both.subarray(at, at + size)));
      expect(messages).toEqual([message, message]);
    }
  });

  it('refuses a message whose content was changed on the way', () => {
    const broken = Buffer.from(bytes);
    broken.writeUInt8(broken.readUInt8(40) ^ 1, 40);
    expect(() => messageReader()(broken)).toThrow(/checksum/i);
  });

  it('refuses what is not an event stream before it waits for gigabytes of it', () => {
    expect(() => messageReader()(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toThrow(/not within/);
  });
});
