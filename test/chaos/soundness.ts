import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { z } from 'zod';

const contentSchema = z.object({
  size: z.int(),
  etag: z.string(),
  segments: z.array(z.object({ id: z.string(), size: z.int() })),
});

/**
 * What is wrong with the data directory of an embedded AWS that has stopped; empty when all is well. Half-written files,
 * files that nothing names, objects whose bytes are not what was uploaded, a damaged database.
 */
export async function flaws(dataDir: string): Promise<string[]> {
  const db = new DatabaseSync(join(dataDir, 'state.db'), { readOnly: true });
  try {
    const found: string[] = [];
    for (const row of db.prepare('PRAGMA integrity_check').all())
      if (row.integrity_check !== 'ok') found.push(`state.db: ${row.integrity_check}`);
    const folder = join(dataDir, 's3', 'objects');
    const files = new Set(await readdir(folder));
    for (const { bucket, key, content } of db.prepare('SELECT bucket, key, content FROM s3_objects').all()) {
      if (typeof content !== 'string') continue;
      const { size, etag, segments } = contentSchema.parse(JSON.parse(content));
      const parts = await Promise.all(segments.map(({ id }) => readFile(join(folder, id)).catch(() => undefined)));
      for (const { id } of segments) files.delete(id);
      const bytes = parts.reduce((sum, part) => sum + (part?.length ?? 0), 0);
      if (bytes !== size || etag !== etagOf(parts.map((part) => part ?? new Uint8Array())))
        found.push(`s3://${bucket}/${key} has not the bytes that were uploaded`);
    }
    for (const { document } of db.prepare('SELECT document FROM s3_parts').all())
      for (const { id } of contentSchema.pick({ segments: true }).parse(JSON.parse(String(document))).segments)
        files.delete(id);
    for (const id of files) found.push(`s3/objects/${id} belongs to no object`);
    for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
      const path = relative(dataDir, join(entry.parentPath, entry.name));
      if (entry.isFile() && (/\.tmp$/.test(entry.name) || /^(lambda\/tmp|sagemaker)\//.test(path)))
        found.push(`${path} was left behind`);
    }
    for (const line of await processesOf(dataDir)) found.push(`a process was left behind: ${line}`);
    return found;
  } finally {
    db.close();
  }
}

/** As S3 makes it: of one part its MD5, of several the MD5 of theirs. */
function etagOf(parts: Uint8Array[]): string {
  const digests = parts.map((part) => createHash('md5').update(part).digest());
  const [only] = digests;
  if (digests.length === 0) return createHash('md5').digest('hex');
  if (digests.length === 1 && only) return only.toString('hex');
  return `${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${digests.length}`;
}

/** The processes that have the data directory in their command lines or environments: functions and jobs. */
async function processesOf(dataDir: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['axeww', '-o', 'pid=,args='], { maxBuffer: 2 ** 26 });
  return stdout.split('\n').filter((line) => line.includes(`${dataDir}/`));
}
