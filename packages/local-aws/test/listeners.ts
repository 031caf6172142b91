import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** State of a listening TCP socket in `/proc/net/tcp` (`TCP_LISTEN`). */
const LISTEN = '0A';

/** The addresses that a process of this machine listens on for TCP, e.g. `127.0.0.1:4580`. Linux only. */
export function listenersOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  const sockets = new Set(
    readdirSync(folder).flatMap((descriptor) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${descriptor}`))?.[1] ?? [];
      } catch {
        // Closed since the folder was read.
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === LISTEN && sockets.has(fields[9] ?? ''))
      .map(([, local = '']) => addressOf(local)),
  );
}

/** `0100007F:11E4` is 127.0.0.1:4580: the address's bytes come in the machine's (little-endian) order. */
function addressOf(local: string): string {
  const [address = '', port = ''] = local.split(':');
  const text = address.length === 8 ? [...Buffer.from(address, 'hex')].reverse().join('.') : address;
  return `${text}:${Number.parseInt(port, 16)}`;
}
