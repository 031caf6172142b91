import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lifecycle, recipeSchema } from '../recipe/recipe.ts';
import { manualClock } from '../testing/manual-clock.ts';
import type { ComponentDefinition } from './definition.ts';
import { processLedger } from './process-ledger.ts';
import { Supervisor } from './supervisor.ts';

let root: string;
let supervisor: Supervisor;
let clock = manualClock();
let history: string[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'components-'));
  clock = manualClock();
  history = [];
  supervisor = new Supervisor({
    device: { root, thingName: 'edge-1' },
    clock,
    ledger: processLedger(join(root, 'run')),
    environmentOf: () => ({ PATH: process.env.PATH, GREETING: 'hello' }),
    changed: ({ definition, state }) => history.push(`${definition.name} ${state}`),
  });
});
afterEach(async () => {
  await supervisor.stop();
  rmSync(root, { recursive: true, force: true });
});

function definition(
  name: string,
  lifecycle: Record<string, unknown>,
  more: { version?: string; dependencies?: string[]; configuration?: Record<string, unknown> } = {},
): ComponentDefinition {
  const { version = '1.0.0', dependencies = [], configuration = {} } = more;
  const recipe = recipeSchema.parse({
    RecipeFormatVersion: '2020-01-25',
    ComponentName: name,
    ComponentVersion: version,
    ComponentDependencies: Object.fromEntries(dependencies.map((other) => [other, { VersionRequirement: '>=0.0.0' }])),
    Manifests: [{ Lifecycle: lifecycle }],
  });
  const [manifest = { Platform: {}, Artifacts: [], Lifecycle: lifecycle as Lifecycle }] = recipe.Manifests;
  return { name, version, recipe, manifest, configuration };
}

async function apply(...definitions: ComponentDefinition[]) {
  const next = new Map(definitions.map((one) => [one.name, one]));
  const changed = supervisor.changes(next);
  await supervisor.apply(next, changed);
  return changed;
}
const settled = async () => (await supervisor.settled(supervisor.definitions.keys())).map(({ reason }) => reason);
const work = (name: string, file: string) => join(root, 'work', name, file);
const stateOf = (name: string) => supervisor.components.get(name)?.state;
/** A state was entered so many times. */
const said = async (line: string, times = 1) => {
  while (history.filter((one) => one === line).length < times) await new Promise((resolve) => setImmediate(resolve));
};
const reached = async (name: string, state: string) => {
  while (stateOf(name) !== state) await new Promise((resolve) => setImmediate(resolve));
};

describe('a component', () => {
  it('is installed, then started, in its own folder and environment', async () => {
    await apply(
      definition('A', {
        Setenv: { NAME: '{iot:thingName}' },
        Install: 'echo $GREETING $NAME > installed',
        Startup: { Script: 'cp installed started; echo $MORE >> started', Setenv: { MORE: 'more' } },
      }),
    );
    expect(await settled()).toEqual([]);
    expect(readFileSync(work('A', 'started'), 'utf8')).toBe('hello edge-1\nmore\n');
    expect(history).toEqual(['A INSTALLED', 'A STARTING', 'A RUNNING']);
  });

  it('is up when its long-lived startup says so', async () => {
    await apply(definition('A', { Startup: 'sleep 100' }));
    await reached('A', 'STARTING');
    supervisor.components.get('A')?.report('RUNNING');
    expect(await settled()).toEqual([]);
  });

  it('is broken when it fails three times', async () => {
    await apply(definition('A', { Startup: 'echo x >> tries; exit 7', Recover: 'echo x >> recoveries' }));
    expect(await settled()).toEqual(['startup exited with code 7']);
    expect(readFileSync(work('A', 'tries'), 'utf8')).toBe('x\nx\nx\n');
    expect(readFileSync(work('A', 'recoveries'), 'utf8')).toBe('x\nx\n');
    expect(history.filter((line) => line === 'A ERRORED')).toHaveLength(2);
  });

  it('is broken when it never says that it is up', async () => {
    await apply(definition('A', { Startup: { Script: 'sleep 100', Timeout: '5' } }));
    for (let attempt = 1; attempt <= 3; attempt++) {
      await said('A STARTING', attempt);
      clock.advance(5_000);
    }
    expect(await settled()).toEqual(['startup took longer than 5 s without reporting RUNNING']);
  });

  it('is started again when it dies, or says that it is not well', async () => {
    await apply(definition('A', { Run: 'echo x >> lives; sleep 100' }));
    await said('A RUNNING');
    supervisor.components.get('A')?.report('ERRORED');
    await said('A RUNNING', 2);
    expect(history).toEqual([
      'A INSTALLED',
      'A STARTING',
      'A RUNNING',
      'A ERRORED',
      'A INSTALLED',
      'A STARTING',
      'A RUNNING',
    ]);
  });

  it('is finished when its run ends well', async () => {
    await apply(definition('A', { Run: 'true' }));
    await reached('A', 'FINISHED');
    expect(await settled()).toEqual([]);
  });

  it('skips a step whose condition holds', async () => {
    await apply(definition('A', { Install: { Script: 'touch installed', Skipif: 'onpath sh' }, Startup: 'true' }));
    await settled();
    expect(existsSync(work('A', 'installed'))).toBe(false);
  });

  it('shuts down in an orderly way, and takes along what it started', async () => {
    await apply(definition('A', { Startup: 'sleep 100 & echo $! > pid', Shutdown: 'touch shut-down' }));
    await settled();
    const pid = Number(readFileSync(work('A', 'pid'), 'utf8'));
    await supervisor.stop();
    expect(existsSync(work('A', 'shut-down'))).toBe(true);
    await gone(pid);
  });
});

describe('several components', () => {
  it('start after those that they depend on', async () => {
    await apply(
      definition('A', { Startup: 'cat ../B/ready' }, { dependencies: ['B'] }),
      definition('B', { Startup: 'touch ready' }),
    );
    expect(await settled()).toEqual([]);
    expect(history.indexOf('B RUNNING')).toBeLessThan(history.indexOf('A STARTING'));
  });

  it('restart with what they depend on, while the others go on', async () => {
    const a = definition('A', { Startup: 'true' }, { dependencies: ['B'] });
    const b = definition('B', { Startup: 'true' });
    const c = definition('C', { Startup: 'true' });
    await apply(a, b, c);
    await settled();
    expect(await apply(a, definition('B', { Startup: 'true' }, { version: '2.0.0' }), c)).toEqual(new Set(['A', 'B']));
    expect(await settled()).toEqual([]);
  });

  it('are left alone by a deployment that changes nothing', async () => {
    const a = definition('A', { Startup: 'true' });
    await apply(a);
    await settled();
    expect(await apply(definition('A', { Startup: 'true' }))).toEqual(new Set());
  });

  it('restart for a changed configuration unless they follow it', async () => {
    await apply(definition('A', { Startup: 'true' }, { configuration: { x: 1 } }));
    await settled();
    const next = new Map([['A', definition('A', { Startup: 'true' }, { configuration: { x: 2 } })]]);
    expect(supervisor.changes(next)).toEqual(new Set(['A']));
    expect(supervisor.changes(next, () => true)).toEqual(new Set());
  });

  it('that depend on each other in a circle are refused', async () => {
    const circle = [definition('A', {}, { dependencies: ['B'] }), definition('B', {}, { dependencies: ['A'] })];
    await expect(apply(...circle)).rejects.toThrow(/circle: A → B → A/);
  });
});

it('ends what an earlier core device left behind', async () => {
  await apply(definition('A', { Startup: 'sleep 100 & echo $! > pid; wait' }));
  await reached('A', 'STARTING');
  while (!existsSync(work('A', 'pid')) || readFileSync(work('A', 'pid'), 'utf8') === '')
    await new Promise((resolve) => setImmediate(resolve));
  const pid = Number(readFileSync(work('A', 'pid'), 'utf8'));
  processLedger(join(root, 'run')).reap();
  await gone(pid);
});

/** Resolves when there is no such process; the test's time runs out while there is. */
async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed child of nobody's that isn't reaped yet is dead all the same.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
