import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InspectorError } from '@assay/inspector-core';
import type { Clock } from '../clock.ts';
import { type Frame, imageIdOf, isName } from './frame.ts';

export interface HttpSource {
  port: number;
  stop(): Promise<void>;
}

export interface HttpSourceOptions {
  /** On 127.0.0.1; 0 takes a free one. */
  port: number;
  clock: Clock;
  /** Inspects the frame and gives what is answered. */
  take(frame: Frame): Promise<unknown>;
  report(message: string, error?: unknown): void;
}

const LARGEST_FRAME = 64 * 1024 * 1024;
const PATH = /^\/frames\/([^/]+)\/([^/]+)\/([^/]+)$/;

/** Takes frames by `POST /frames/<station>/<part>/<file>`, the picture as body, and answers with the verdict. */
export async function startHttpSource({ port, clock, take, report }: HttpSourceOptions): Promise<HttpSource> {
  /** What is being made of frames that came in whole. */
  const inWork = new Set<Promise<unknown>>();
  const server = createServer((message, response) => {
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (!isStation(message)) return void send(403, { message: 'frames come from a station of this machine' });
    const answered: Promise<unknown> = receive(message, clock.now())
      .then(async (frame) => {
        inWork.add(answered);
        if (frame) send(200, await take(frame));
        else send(404, { message: 'POST a picture to /frames/<station>/<part>/<file>; names are of [A-Za-z0-9._=-]' });
      })
      .catch((error: unknown) => {
        if (error instanceof InspectorError && error.code === 'image-unreadable')
          return send(422, { code: error.code, message: error.message });
        if (error instanceof TooLarge) return send(413, { message: error.message });
        report('a frame that came by HTTP could not be inspected', error);
        return send(503, { message: 'the frame could not be inspected; send it again' });
      })
      .finally(() => inWork.delete(answered));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      while (inWork.size > 0) await Promise.all(inWork);
      // Whoever opened a connection and sent no frame, or a part of one, would keep it open for good: Node's time limits end
      // with close.
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * Nothing is signed here, so that a camera's script needs no keys: who may open a connection on this machine may show a
 * picture. A web page may not, neither by its visitor's browser nor by a name that it pointed at 127.0.0.1.
 */
function isStation({ headers, socket }: IncomingMessage): boolean {
  const own = headers.host === `127.0.0.1:${socket.localPort}` || headers.host === `localhost:${socket.localPort}`;
  return own && headers.origin === undefined && headers['sec-fetch-site'] === undefined;
}

class TooLarge extends Error {}

async function receive(message: IncomingMessage, capturedAt: number): Promise<Frame | undefined> {
  const url = URL.parse(message.url ?? '/', 'http://127.0.0.1');
  const [, station, part, file] = PATH.exec(url?.pathname ?? '') ?? [];
  if (message.method !== 'POST' || !isName(station) || !isName(part) || !isName(file)) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += chunk.length;
    if (size > LARGEST_FRAME) throw new TooLarge(`a frame has at most ${LARGEST_FRAME} bytes`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  // A client that sends a frame again, having got no answer, must not have it told of twice.
  return { key: `http ${station}/${part}/${file} ${imageIdOf(bytes)}`, station, part, file, capturedAt, bytes };
}
