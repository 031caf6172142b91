import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../../packages/cli/src/output/terminal.ts';
import { repositoryRoot } from '../../packages/cli/src/platform/repository.ts';
import type { Benchmark } from './benchmark.ts';
import { backbones } from './benchmarks/backbones.ts';
import { chain } from './benchmarks/chain.ts';
import { duplicates } from './benchmarks/duplicates.ts';
import { events } from './benchmarks/events.ts';
import { generatedTags } from './benchmarks/generated-tags.ts';
import { growth } from './benchmarks/growth.ts';
import { inspector } from './benchmarks/inspector.ts';
import { magneticTile } from './benchmarks/magnetic-tile.ts';
import { metalTags } from './benchmarks/metal-tags.ts';
import { neuDet, neuDetLeakFree } from './benchmarks/neu-det.ts';
import { requests } from './benchmarks/requests.ts';
import { trainingThroughput } from './benchmarks/training-throughput.ts';
import type { BenchDocument } from './report/document.ts';
import { describeMachine } from './report/machine.ts';

const BENCHMARKS: Benchmark[] = [
  events,
  requests,
  chain,
  growth,
  duplicates,
  inspector,
  trainingThroughput,
  generatedTags,
  backbones,
  neuDet,
  neuDetLeakFree,
  metalTags,
  magneticTile,
];
const RESULTS = join(repositoryRoot, '.bench');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
    images: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});

function whole(option: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  console.error(`--${option} ${text} is no whole number from 1 on.`);
  process.exit(1);
}

const unknown = positionals.find((wanted) => !BENCHMARKS.some(({ name }) => name === wanted));
if (unknown !== undefined) {
  console.error(`There is no benchmark ${unknown}. There are: ${BENCHMARKS.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}
const seed = whole('seed', values.seed);
await mkdir(RESULTS, { recursive: true });
for (const benchmark of BENCHMARKS) {
  if (positionals.length > 0 && !positionals.includes(benchmark.name)) continue;
  await measure(benchmark);
}

async function measure({ name, title, run }: Benchmark): Promise<void> {
  const machine = describeMachine();
  const command = `npm run bench -- ${[name, ...process.argv.slice(2).filter((word) => word !== name)].join(' ')}`;
  console.info(`\n# ${name}: ${title}\n${command} (seed ${seed})\n${JSON.stringify(machine)}`);
  const {
    sections,
    notes,
    figures = {},
  } = await run({
    short: values.short,
    seed,
    ...(values.images !== undefined && { images: whole('images', values.images) }),
    say: (line) => console.info(`  ${line}`),
  });
  for (const { title: heading, headings, rows } of sections) console.info(`\n${heading}\n${table(headings, rows)}`);
  for (const note of notes) console.info(`\n${note}`);
  const document: BenchDocument = {
    name,
    title,
    command,
    seed,
    machine,
    sections,
    notes,
    figures: Object.keys(figures),
  };
  await writeFile(join(RESULTS, `${name}.json`), `${JSON.stringify(document, null, 2)}\n`);
  for (const [file, content] of Object.entries(figures)) await writeFile(join(RESULTS, file), content);
}
