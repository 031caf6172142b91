import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { CliError } from '../cli-error.ts';
import type { Photograph } from './upload.ts';

const IMAGE_EXTENSIONS = new Set(['.jpg', '.jpeg', '.png', '.tif', '.tiff', '.bmp', '.webp']);

/** The image files of a folder and its subfolders, in name order. */
export async function imageFiles(folder: string): Promise<string[]> {
  let entries: string[];
  try {
    const found = await readdir(folder, { recursive: true, withFileTypes: true });
    // A folder or a pipe may be called like a photograph.
    const files = found.filter((entry) => entry.isFile() || entry.isSymbolicLink());
    entries = files.map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  } catch (cause) {
    throw new CliError(`The folder ${folder} can't be read.`, 'Name a folder with photographs.', { cause });
  }
  const files = entries.filter((entry) => IMAGE_EXTENSIONS.has(extname(entry).toLowerCase())).sort();
  if (files.length === 0)
    throw new CliError(`${folder} has no photographs.`, `Photographs end in ${[...IMAGE_EXTENSIONS].join(', ')}.`);
  return files;
}

/**
 * Photographs of a folder. The part is the file's subfolder where there is one, else what `partOf` says, else the file's
 * name without its extension.
 */
export async function* photographsOf(
  folder: string,
  files: readonly string[],
  station: string,
  partOf: (file: string) => string | undefined = () => undefined,
): AsyncGenerator<Photograph> {
  for (const file of files) {
    const path = join(folder, file);
    const fileName = basename(file);
    const subfolder = file.includes('/') ? file.split('/').slice(0, -1).join('-') : undefined;
    const told = partOf(file) ?? subfolder;
    const part = told ?? fileName.slice(0, -extname(fileName).length);
    yield { fileName, station, part, partIsFileName: told === undefined, bytes: await readFile(path) };
  }
}
