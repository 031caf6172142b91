import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { channelsSchema, parseSnapshot, rebuildDataset } from '@assay/dataset';
import { athenaRows, objectFetcher } from '@assay/dataset/aws';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';

/** Makes a data set again out of the images and label records that its snapshot names, and compares it bit for bit. */
export async function rebuild(context: Context, snapshot: string, { into }: { into: string }): Promise<void> {
  const { terminal, clients, names } = context;
  const fetchObject = objectFetcher(clients.s3);
  const read = async (uri: string) =>
    Buffer.from(uri.startsWith('s3://') ? (await fetchObject(uri)).bytes : await readFile(uri)).toString();
  const beside = snapshot.startsWith('s3://')
    ? `${snapshot.slice(0, snapshot.lastIndexOf('/'))}/channels.json`
    : join(dirname(snapshot), 'channels.json');
  const found = await describe(snapshot, beside, read);
  const folder = resolve(into);
  const query = athenaRows({ athena: clients.athena, ...names.labels, sleep });
  const log = (line: string) => terminal.say(line);
  const differences = await rebuildDataset({ ...found, folder, query, fetchObject, log }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(
      `The data set can't be made again: ${reason}`,
      'Its images and label records have to be readable, and as they were.',
      { cause },
    );
  });
  if (differences.length > 0)
    throw new CliError(
      `The data set is not the same as it was:\n${differences.map((line) => `    ${line}`).join('\n')}`,
      `What could be made of it is in ${folder}. An image whose record differs was labelled or deleted with an older event time since; one without a record is there as the snapshot has it.`,
    );
  const result = { snapshot, folder, same: true, images: found.snapshot.images.length };
  terminal.result(
    result,
    () =>
      `The same, bit for bit: snapshot/snapshot.json, and <split>/<split>.tar.gz of train, validation and test, in ${folder}.`,
  );
}

async function describe(snapshot: string, channels: string, read: (uri: string) => Promise<string>) {
  try {
    return {
      snapshot: parseSnapshot(await read(snapshot), snapshot),
      channels: channelsSchema.parse(JSON.parse(await read(channels))),
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(
      `The data set of ${snapshot} can't be told: ${reason}`,
      'Name a snapshot.json (a file or s3:// URI) that has its channels.json beside it: "assay models --json" and a model package name theirs.',
      { cause },
    );
  }
}
