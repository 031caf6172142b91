import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const headerSchema = z.object({
  station: z.string(),
  part: z.string(),
  file: z.string(),
  capturedAt: z.iso.datetime(),
});
export type ImageHeader = z.infer<typeof headerSchema>;

/** A picture with what is known of it in one file, so that both are there or neither: a line of JSON, then the bytes. */
export function packImage(header: ImageHeader, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), bytes]);
}

export async function readImage(path: string): Promise<{ header: ImageHeader; bytes: Uint8Array }> {
  const content = await readFile(path);
  const end = content.indexOf('\n');
  return {
    header: headerSchema.parse(JSON.parse(content.subarray(0, end).toString('utf8'))),
    bytes: content.subarray(end + 1),
  };
}
