import { parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';
import { z } from 'zod';
import { syncEveryWrite } from './synced-level.ts';

/**
 * Runs dynalite in a thread of its own: it throws where it cannot go on (which would end the whole process), and it takes
 * the account and region of its ARNs from the environment, which is the thread's own.
 */
const { path } = z.object({ path: z.string() }).parse(workerData);
syncEveryWrite();
const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('dynalite listens without a TCP port');
  parentPort?.postMessage({ port: address.port });
});

parentPort?.on('message', () => {
  server.close(() => parentPort?.close());
  server.closeAllConnections();
});
