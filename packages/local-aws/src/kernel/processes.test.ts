import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';

/** An embedded AWS in small: starts a child that starts another; all three write to the same pipe. */
const IMPORT = `import { Processes } from ${JSON.stringify(new URL('./processes.ts', import.meta.url).href)};`;
const HOST = `${IMPORT}
  const grandchild = "require('node:child_process').spawn('sleep', ['1000'], { stdio: 'inherit' })";
  const script = grandchild + '; console.log("both run"); setInterval(() => {}, 1000)';
  new Processes().spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'inherit', 'inherit'] });
`;
const start = (script: string) =>
  spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });

test('a killed host takes its children and what they started with it', async () => {
  const host = start(HOST);
  await once(createInterface({ input: host.stdout }), 'line');
  host.kill('SIGKILL');
  // The pipe closes when nobody is left who holds it.
  expect(await once(host, 'close')).toEqual([null, 'SIGKILL']);
});

test('a host whose children have ended ends by itself', async () => {
  const host = start(`${IMPORT} new Processes().spawn('true', [], { stdio: 'ignore' });`);
  expect(await once(host, 'close')).toEqual([0, null]);
});
