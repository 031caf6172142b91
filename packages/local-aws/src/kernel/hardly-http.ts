import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AwsError } from './errors.ts';
import { serializeError } from './protocol/error-response.ts';

/** Milliseconds for which a client may send nothing of the body that it announced. */
const SILENCE = 20_000;

/** Answers what Node's parser refused, and closes. Nobody knows whom it was for: the form is S3's. */
export function refuseMalformed(error: Error & { code?: string; rawPacket?: Buffer }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const { body } = serializeError(undefined, 'restXml', malformed(error.code), '');
  const head = [
    'HTTP/1.1 400 Bad Request',
    'connection: close',
    'content-type: application/xml',
    `content-length: ${Buffer.byteLength(String(body))}`,
  ];
  const bodiless = error.rawPacket?.toString('latin1', 0, 5) === 'HEAD ';
  socket.end(`${head.join('\r\n')}\r\n\r\n${bodiless ? '' : body}`);
}

/** "Error responses", S3 API Reference. */
function malformed(code: string | undefined): AwsError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new AwsError(
        'RequestHeaderSectionTooLarge',
        'Your request header section exceeds the maximum allowed request header section size.',
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AwsError(
        'RequestTimeout',
        'Your socket connection to the server was not read from or written to within the timeout period.',
      );
    default:
      return new AwsError('BadRequest', 'An error occurred when parsing the HTTP request.');
  }
}

/** A client that announces a body and stops sending it is cut off; one that waits for a long poll's answer is not. */
export function closeWhenSilent(message: IncomingMessage, response: ServerResponse): void {
  message.setTimeout(SILENCE, () => {
    // What waits to be read waits for us.
    if (message.readableLength === 0) message.destroy();
  });
  // Node closes a silent connection where nobody listens.
  response.on('timeout', () => {});
}
