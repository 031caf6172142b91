import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../../packages/cli/src/platform/repository.ts';
import { documentSchema, markdown } from './report/document.ts';

// Puts the results that the last full runs left in `.bench/` into docs/benchmarks.md and docs/benchmarks/.

const results = join(repositoryRoot, '.bench');
const docs = join(repositoryRoot, 'docs');
const page = join(docs, 'benchmarks.md');
await mkdir(join(docs, 'benchmarks'), { recursive: true });
let text = await readFile(page, 'utf8');
for (const [, name = ''] of text.matchAll(/<!-- bench:([\w-]+):start -->/g)) {
  const result = join(results, `${name}.json`);
  if (!existsSync(result)) {
    console.info(`${name}: left as it is, it was not run`);
    continue;
  }
  const document = documentSchema.parse(JSON.parse(await readFile(result, 'utf8')));
  if (document.command.includes('--short')) {
    console.info(`${name}: left as it is, the last run was of the short form`);
    continue;
  }
  const [start, end] = [`<!-- bench:${name}:start -->`, `<!-- bench:${name}:end -->`];
  const before = text.slice(0, text.indexOf(start) + start.length);
  text = `${before}\n\n${markdown(document)}\n\n${text.slice(text.indexOf(end))}`;
  for (const file of [`${name}.json`, ...document.figures])
    await copyFile(join(results, file), join(docs, 'benchmarks', file));
}
await writeFile(page, text);
