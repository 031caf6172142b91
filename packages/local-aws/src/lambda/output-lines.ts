import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Hands over what a process writes, message by message: the runtime writes a message's own line ends as carriage returns. */
export function readLines(stream: Readable | null, write: (message: string) => void): void {
  const decoder = new StringDecoder();
  let rest = '';
  stream?.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) write(line.replaceAll('\r', '\n'));
  });
  stream?.on('end', () => {
    if (rest) write(rest.replaceAll('\r', '\n'));
  });
}
