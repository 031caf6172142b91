import { randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, unlinkSync } from 'node:fs';
import { link, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { syncFolder } from '../kernel/files.ts';
import { grouped } from '../kernel/grouped.ts';
import type { Kernel } from '../kernel/kernel.ts';

/** A file that holds a run of an object's bytes. A multipart object has one for each part, so completing copies nothing. */
export interface Segment {
  id: string;
  /** Bytes. */
  size: number;
}

/** How long a deleted object's file is kept when somebody still reads it, before the next look. */
const READER_GRACE_MILLISECONDS = 1000;

/**
 * The bytes of all objects. File names are random ids: a key never becomes a path. A file counts once a row names it; a
 * row's end gives its files to the outbox, which removes them when nobody reads them any more.
 */
export class ObjectFiles {
  readonly #folder: string;
  readonly #kernel: Kernel;
  /** Makes the names of new files survive a power cut; once for all that are written at the same time. */
  readonly #syncFolder = grouped(() => syncFolder(this.#folder));
  readonly #readers = new Map<string, number>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#folder = join(kernel.folder('s3'), 'objects');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    kernel.outbox.handle<string[]>('s3:remove-files', async (ids) => {
      if (ids.some((id) => this.#readers.has(id))) return { again: kernel.clock.now() + READER_GRACE_MILLISECONDS };
      for (const id of ids) await rm(this.#path(id), { force: true });
      return undefined;
    });
  }

  /**
   * Removes what a crash left between writing a file and the row that would name it. Where files are missing that rows name,
   * somebody has been at the folder: then it says so, and touches nothing.
   */
  sweep(known: Set<string>): void {
    const present = new Set(readdirSync(this.#folder));
    const missing = known.difference(present);
    if (missing.size > 0)
      this.#kernel.report(
        `${this.#folder} lacks ${missing.size} of ${known.size} files, e.g. ${[...missing][0]}: reading their objects fails. Put the files back from a copy of the data directory, or upload the objects again.`,
      );
    else for (const id of present.difference(known)) unlinkSync(this.#path(id));
  }

  /** Writes a new file and has it on disk when it returns. `each` sees every chunk as it passes. */
  async write(content: AsyncIterable<Uint8Array>, each: (chunk: Uint8Array) => void): Promise<Segment> {
    const id = randomUUID();
    const handle = await open(this.#path(id), 'wx', 0o600);
    let size = 0;
    try {
      for await (const chunk of content) {
        each(chunk);
        size += chunk.byteLength;
        await handle.writeFile(chunk);
      }
      await handle.sync();
    } catch (error) {
      await rm(this.#path(id), { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    await this.#syncFolder();
    return { id, size };
  }

  /** The same bytes under new ids, for a copy. */
  async duplicate(segments: Segment[]): Promise<Segment[]> {
    const copies: Segment[] = [];
    const release = this.#hold(segments);
    try {
      for (const { id, size } of segments) {
        const copy = { id: randomUUID(), size };
        await link(this.#path(id), this.#path(copy.id));
        copies.push(copy);
      }
      await this.#syncFolder();
      return copies;
    } catch (error) {
      await this.discard(copies);
      throw error;
    } finally {
      release();
    }
  }

  /**
   * Bytes `start` to `end` (inclusive) of consecutive segments. The files stay while the stream is open, whatever happens
   * to their object; so call it in the turn in which the row was read.
   */
  read(segments: Segment[], start: number, end: number): Readable {
    const release = this.#hold(segments);
    const path = (id: string) => this.#path(id);
    async function* bytes(): AsyncGenerator<Buffer> {
      let offset = 0;
      for (const { id, size } of segments) {
        const from = Math.max(0, start - offset);
        const to = Math.min(size - 1, end - offset);
        if (from <= to) yield* createReadStream(path(id), { start: from, end: to });
        offset += size;
      }
    }
    const stream = Readable.from(bytes(), { objectMode: false });
    stream.once('close', release);
    return stream;
  }

  /** Gives up the files of a row that is being removed; in the same turn as that. */
  release(segments: Segment[]): void {
    if (segments.length > 0)
      this.#kernel.outbox.add(
        's3:remove-files',
        segments.map(({ id }) => id),
      );
  }

  /** Removes files that no row ever named. */
  async discard(segments: Segment[]): Promise<void> {
    for (const { id } of segments) await rm(this.#path(id), { force: true });
  }

  #hold(segments: Segment[]): () => void {
    for (const { id } of segments) this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1);
    return () => {
      for (const { id } of segments) {
        const left = (this.#readers.get(id) ?? 1) - 1;
        if (left > 0) this.#readers.set(id, left);
        else this.#readers.delete(id);
      }
    };
  }

  #path(id: string): string {
    return join(this.#folder, id);
  }
}
