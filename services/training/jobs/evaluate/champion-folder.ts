import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkArchive } from '@assay/dataset';
import { z } from 'zod';
import { type Model, readModelArchive } from './model-archive.ts';

export interface Champion extends Model {
  readonly modelPackageArn: string;
}

const championSchema = z.object({
  format: z.literal('assay.champion/1'),
  champion: z.object({ modelPackageArn: z.string(), sha256: z.string() }).nullable(),
});

/**
 * Reads what PrepareDataset left of the approved model: `champion.json`, and its `model.tar.gz` if there is one.
 *
 * @throws Error when it isn't the archive that was fetched, or no model
 */
export async function readChampion(folder: string): Promise<Champion | undefined> {
  const { champion } = championSchema.parse(JSON.parse(await readFile(join(folder, 'champion.json'), 'utf8')));
  if (champion === null) return undefined;
  const archive = join(folder, 'model.tar.gz');
  await checkArchive(archive, champion.sha256);
  const { modelPackageArn } = champion;
  const { onnx, manifest } = await ofChampion(modelPackageArn, readModelArchive(archive));
  return { modelPackageArn, onnx, manifest };
}

/**
 * What is wrong with a model is said as of the one that was trained. Of the champion it is another's to mend.
 *
 * @throws Error naming the champion, and what is wrong with it
 */
export async function ofChampion<Result>(modelPackageArn: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `Of the champion ${modelPackageArn}: ${reason} If it can't be mended, reject its package, then train again.`,
      { cause },
    );
  }
}
