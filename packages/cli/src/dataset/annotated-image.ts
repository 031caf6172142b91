import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { CliError } from '../cli-error.ts';

/**
 * Reads an image that an annotations file names. The file may come from anybody: what it names outside of the folder is
 * refused, or it could have any file of this machine uploaded.
 */
export async function readAnnotatedImage(folder: string, annotations: string, fileName: string): Promise<Buffer> {
  const name = normalize(fileName);
  if (isAbsolute(name) || name === '..' || name.startsWith(`..${sep}`)) {
    throw new CliError(
      `${annotations} names ${JSON.stringify(fileName)}, which is not in the folder ${folder}.`,
      'File names are relative to the folder with the images, and stay in it.',
    );
  }
  const path = join(folder, name);
  try {
    if (!(await stat(path)).isFile()) throw new Error('it is no file');
    return await readFile(path);
  } catch (cause) {
    throw new CliError(
      `${annotations} names ${JSON.stringify(fileName)}, but ${path} can't be read.`,
      'Give the folder that the file names are relative to.',
      { cause },
    );
  }
}
