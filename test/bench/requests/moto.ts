import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { freePort } from '../free-port.ts';

export interface Moto {
  endpoint: string;
  version: string;
  close(): Promise<void>;
}

const START_SECONDS = 60;

/** moto's server (one Python process, threaded, in memory); undefined, and said why, where there is no Python with moto. */
export async function startMoto(say: (line: string) => void): Promise<Moto | undefined> {
  const version = await promisify(execFile)('python3', ['-c', 'import moto.server; print(moto.__version__)']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  if (version === undefined) {
    say('no comparison with moto: python3 has no module moto.server (pip install "moto[server]")');
    return undefined;
  }
  const port = await freePort();
  const child = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  await listening(child);
  // Its log is a line a request: it must not stand still because nobody reads it.
  child.stderr?.resume();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    version,
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function listening(child: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      if (output.length < 10_000) output += chunk;
      if (output.includes('Running on')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`moto's server ended with ${code}: ${output}`)));
    const late = () => reject(new Error(`moto's server did not listen in ${START_SECONDS} s: ${output}`));
    setTimeout(late, START_SECONDS * 1000).unref();
  });
}
