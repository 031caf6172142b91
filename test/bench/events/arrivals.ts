import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** Hears from the functions which event came to them. */
export interface Arrivals {
  port: number;
  /** Resolves with the time (`performance.now()`) at which the event came to its function. Ask before it is sent. */
  of(id: string): Promise<number>;
  /** How often events came that had come before, or that nobody waits for. */
  surplus(): number;
  close(): Promise<void>;
}

export async function listenToArrivals(): Promise<Arrivals> {
  const waiting = new Map<string, (at: number) => void>();
  const sockets = new Set<Socket>();
  let surplus = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    // A function's process is killed at the end, its connection with it.
    socket.on('error', () => undefined);
    createInterface({ input: socket }).on('line', (id) => {
      const arrived = waiting.get(id);
      if (!arrived) surplus++;
      arrived?.(performance.now());
      waiting.delete(id);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port was given');
  return {
    port: address.port,
    of: (id) => new Promise((resolve) => waiting.set(id, resolve)),
    surplus: () => surplus,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
