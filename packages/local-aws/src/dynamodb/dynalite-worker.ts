import { parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';
import { z } from 'zod';
import { makeWritesDurable } from './durable-writes.ts';
import { endInterruptedTables } from './interrupted-tables.ts';

/**
 * Runs dynalite in a thread of its own: it throws where it cannot go on (which would end the whole process), and it takes
 * the account and region of its ARNs from the environment, which is the thread's own.
 */
const { path, token } = z.object({ path: z.string(), token: z.string() }).parse(workerData);
makeWritesDurable();
await endInterruptedTables(path);
const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
// dynalite verifies no signature: the first step of the path says that it is the gateway who asks.
const answers = server.listeners('request');
server.removeAllListeners('request');
server.on('request', (message, response) => {
  if (message.url !== `/${token}/`) return response.writeHead(403).end();
  for (const answer of answers) answer.call(server, message, response);
});

// Only we connect to it. A connection that it closed while a request was on its way would fail that request.
server.keepAliveTimeout = 0;

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('dynalite listens without a TCP port');
  parentPort?.postMessage({ port: address.port });
});

parentPort?.on('message', () => {
  server.close(() => parentPort?.close());
  server.closeAllConnections();
});
