import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProgram } from './program.ts';

describe('--stage', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'assay-program-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (...words: string[]) => createProgram().parseAsync([...words, '--data', folder], { from: 'user' });

  it.each(['up', 'demo', 'train', 'down'])('is refused by %s, which would pass it over', async (command) => {
    await expect(run(command, '--stage', 'prod')).rejects.toMatchObject({
      message: `"assay ${command}" is for this machine alone: there is no stage "prod" for it.`,
      remedy: expect.stringContaining('Leave --stage out.'),
    });
  });

  it('may be the one that is meant anyway', async () => {
    await expect(run('down', '--stage', 'local')).rejects.toThrow(/No embedded AWS is running/);
  });

  it('is heard by the others', async () => {
    await expect(run('deploy', 'nothing', '--stage', 'prod')).rejects.toThrow('There is no service nothing.');
  });
});
