import { ZipFile } from 'yazl';

/** A file of the artifact: its path in it, and its content. */
export interface ArtifactFile {
  name: string;
  content: Uint8Array;
}

/** A zip whose bytes depend on its files alone: sorted, one mode, one time (DOS form, which knows no time zone). */
export async function archive(files: readonly ArtifactFile[]): Promise<Buffer> {
  const zip = new ZipFile();
  const options = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, mode: 0o100644 };
  for (const { name, content } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    zip.addBuffer(Buffer.from(content), name, options);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
