import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../kernel/files.ts';
import type { Kernel } from '../kernel/kernel.ts';

const stored = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string(), precision: z.number(), scale: z.number() })),
  rows: z.array(z.array(z.string().nullable())),
});

export type Result = z.infer<typeof stored>;

/** The result as Athena writes it to S3: a header, every value in quotes, NULL empty without quotes. */
export function toCsv({ columns, rows }: Result): string {
  const line = (values: (string | null)[]) =>
    `${values.map((value) => (value === null ? '' : `"${value.replaceAll('"', '""')}"`)).join(',')}\n`;
  return line(columns.map(({ name }) => name)) + rows.map(line).join('');
}

const path = (kernel: Kernel, id: string) => join(kernel.folder('athena'), 'results', `${id}.json`);

export const saveResult = (kernel: Kernel, id: string, { columns, rows }: Result) =>
  writeFileAtomically(path(kernel, id), JSON.stringify({ columns, rows }));

/** Pages of one result are mostly read one after another: the last one read is kept. */
let latest: { path: string; result: Result } | undefined;

export async function loadResult(kernel: Kernel, id: string): Promise<Result> {
  const file = path(kernel, id);
  if (latest?.path !== file) latest = { path: file, result: stored.parse(JSON.parse(await readFile(file, 'utf8'))) };
  return latest.result;
}
