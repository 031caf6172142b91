import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eachAtOnce } from '@assay/at-once';
import { type ComparedImage, nearDuplicates } from '@assay/vision';
import { z } from 'zod';
import { repositoryRoot } from '../../../packages/cli/src/platform/repository.ts';
import { comparedImage } from '../../../packages/dataset/src/compared-image.ts';
import { groupsOf } from '../../../services/training/jobs/prepare-dataset/groups.ts';
import type { Benchmark, Form } from '../benchmark.ts';
import { rounded } from '../statistics.ts';

const DATA = join(repositoryRoot, '..', 'shared', 'data');
/** With what their authors, or we by hand, have found to be one thing: `group`. */
const DATA_SETS = ['metal-tags', 'neu-det', 'magnetic-tile'] as const;
/** Of each tag so many images, in the short form. */
const SHORT_IMAGES = 4;
/** What is known beyond doubt: there are so many tags, each looks like no other. */
const METAL_TAGS = 28;

const cocoSchema = z.object({ images: z.array(z.object({ file_name: z.string(), group: z.string() })) });

interface Photograph {
  file: string;
  group: string;
}

/** Which images are found to show the same thing when nothing is known of them, against what is known. */
export const duplicates: Benchmark = {
  name: 'duplicates',
  title: 'Images that share pixels, found without knowing any group, against the published groups',
  async run(form) {
    const names = form.short ? DATA_SETS.slice(0, 1) : DATA_SETS;
    const present = names.filter((name) => existsSync(join(DATA, name)));
    const absent = names.filter((name) => !present.includes(name));
    for (const name of absent) form.say(`skipped: ../shared/data/${name} is not there`);
    const rows: (string | number)[][] = [];
    for (const name of present) rows.push(await compare(name, form));
    return {
      sections: rows.length === 0 ? [] : [{ title: 'Groups found', headings: HEADINGS, rows }],
      notes: [
        'Joins are what it takes to hold the published groups together: a group of n images needs n − 1. Pairs across published groups are no errors where pictures share a corner that the publishers did not look for (NEU-DET: decision 0016). Images are scaled to 256 pixels at most; the time is that of one process, decoding included.',
        ...absent.map((name) => `Skipped, because \`../shared/data/${name}\` is not there.`),
      ],
    };
  },
};

const HEADINGS = [
  'data set',
  'images',
  'published groups',
  'groups found',
  'joins needed',
  'joins found %',
  'pairs across published groups',
  'seconds',
];

async function compare(name: (typeof DATA_SETS)[number], form: Form): Promise<(string | number)[]> {
  const photographs = await photographsOf(name, form.short ? SHORT_IMAGES : Number.POSITIVE_INFINITY);
  form.say(`comparing ${photographs.length} images of ${name}`);
  const started = performance.now();
  const images = await eachAtOnce(photographs, 2, async ({ file }): Promise<ComparedImage> => {
    const path = join(DATA, name, 'images', file);
    return comparedImage(path, await readFile(path));
  });
  const pairs = nearDuplicates(
    images,
    photographs.map(({ file }) => ({ group: file, place: '' })),
  );
  const seconds = (performance.now() - started) / 1000;

  const across = pairs.filter(({ first, second }) => photographs[first]?.group !== photographs[second]?.group);
  const found = groupsOf(
    photographs.map(({ file }) => ({ imageId: file, station: '', part: file, groupSince: '' })),
    pairs.map(({ first, second }) => [photographs[first]!.file, photographs[second]!.file] as const),
  );
  const published = Map.groupBy(photographs, ({ group }) => group);
  const foundOf = new Map(found.flatMap((group) => group.images.map((file) => [file, group.name])));
  const needed = photographs.length - published.size;
  const missing = [...published.values()].reduce(
    (sum, members) => sum + new Set(members.map(({ file }) => foundOf.get(file))).size - 1,
    0,
  );
  if (name === 'metal-tags' && (found.length !== METAL_TAGS || across.length > 0 || missing > 0))
    throw new Error(`the ${METAL_TAGS} tags were found as ${found.length} groups, with ${across.length} pairs across`);
  return [
    name,
    photographs.length,
    published.size,
    found.length,
    needed,
    rounded((100 * (needed - missing)) / Math.max(1, needed)),
    across.length,
    rounded(seconds),
  ];
}

/** The first so many of each group. */
async function photographsOf(name: string, most: number): Promise<Photograph[]> {
  const coco = cocoSchema.parse(JSON.parse(await readFile(join(DATA, name, 'annotations.json'), 'utf8')));
  const all = coco.images.map(({ file_name: file, group }) => ({ file, group }));
  return [...Map.groupBy(all, ({ group }) => group).values()].flatMap((members) => members.slice(0, most));
}
