import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { imageFiles, photographsOf } from './folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'photographs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('takes a subfolder for the part, and says of other photographs that their part is only a name of a file', async () => {
  mkdirSync(join(folder, 'tag-1'));
  for (const file of ['tag-1/a.jpg', 'b.jpg']) writeFileSync(join(folder, file), 'x');
  const photographs = await Readable.from(photographsOf(folder, await imageFiles(folder), 's1')).toArray();
  expect(photographs.map(({ fileName, part, partIsFileName }) => [fileName, part, partIsFileName])).toEqual([
    ['b.jpg', 'b', true],
    ['a.jpg', 'tag-1', false],
  ]);
});
