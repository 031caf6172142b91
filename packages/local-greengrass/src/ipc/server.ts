import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ConnectionOptions, serveConnection } from './connection.ts';

export interface IpcServer {
  socketPath: string;
  close(): Promise<void>;
}

/** Unix socket paths are limited to 104 bytes (macOS) or 108 (Linux). */
const LONGEST_SOCKET_PATH = 100;
const OTHERS_MAY_WRITE = 0o022;

/** Where the socket of a core device with this root folder is: inside it, or, when that is too long a path, in the system's temporary folder. */
export function socketPathOf(root: string): string {
  const inside = join(root, 'ipc.socket');
  if (Buffer.byteLength(inside) <= LONGEST_SOCKET_PATH) return inside;
  const digest = createHash('sha256').update(root).digest('hex').slice(0, 16);
  return join(tmpdir(), `greengrass-${digest}`, 'ipc.socket');
}

/** Makes the socket's folder. Where anybody may make folders it may be there already, and somebody else's: so might the socket be. */
async function ownFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = await lstat(folder);
  if (uid !== process.getuid?.() || mode & OTHERS_MAY_WRITE)
    throw new Error(`others may put a socket into ${folder}: make it this user's own, and writable by nobody else`);
}

/** Listens on the Unix socket that components connect to. */
export async function startIpcServer(socketPath: string, options: ConnectionOptions): Promise<IpcServer> {
  await ownFolder(dirname(socketPath));
  // A crash leaves the socket's file behind, and listening on an existing one fails.
  await rm(socketPath, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serveConnection(socket, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  await chmod(socketPath, 0o600);
  return {
    socketPath,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
