import type { Context } from '../context.ts';
import { imageFiles, photographsOf } from '../dataset/folder.ts';
import { uploadPhotographs } from '../dataset/upload.ts';

/** Puts the photographs of a folder into the image bucket. */
export async function upload(context: Context, folder: string, { station }: { station: string }): Promise<void> {
  const { terminal, clients, names } = context;
  const files = await imageFiles(folder);
  const photographs = photographsOf(folder, files, station);
  const keys = await uploadPhotographs(clients.s3, names.imageBucket, photographs, (count) =>
    terminal.progress(`Uploading ${count}/${files.length}`),
  );
  terminal.progressDone();
  const result = { bucket: names.imageBucket, keys };
  terminal.result(
    result,
    () => `${keys.length} photographs are in s3://${names.imageBucket}/. Follow them with "assay status --watch".`,
  );
}
