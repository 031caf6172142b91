import { stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { filesBelow, type S3Access, upload } from './s3-folder.ts';
import { joinS3Uri } from './s3-uri.ts';

/** Keeps a folder's files in S3: each pass puts the new and the changed ones. Files that vanish stay in S3. */
export class FolderSync {
  readonly #access: S3Access;
  readonly #folder: string;
  readonly #uri: string;
  readonly #uploaded = new Map<string, string>();

  constructor(access: S3Access, folder: string, uri: string) {
    this.#access = access;
    this.#folder = folder;
    this.#uri = uri;
  }

  /** Takes the files that are there now as known: they came from S3. */
  async adopt(): Promise<void> {
    for (const file of await filesBelow(this.#folder)) this.#uploaded.set(file, (await this.#state(file)).version);
  }

  /** `settled` leaves out files written less than so many milliseconds ago: they may be growing still. */
  async pass({ settled = 0 }: { settled?: number } = {}): Promise<void> {
    for (const file of await filesBelow(this.#folder)) {
      const { version, age } = await this.#state(file);
      if (age < settled || this.#uploaded.get(file) === version) continue;
      await upload(this.#access, join(this.#folder, file), joinS3Uri(this.#uri, file.split(sep).join('/')));
      this.#uploaded.set(file, version);
    }
  }

  async #state(file: string): Promise<{ version: string; age: number }> {
    const { size, mtimeMs, ino } = await stat(join(this.#folder, file));
    // File times come from the system, whatever clock the kernel runs by.
    return { version: `${ino}:${size}:${mtimeMs}`, age: Date.now() - mtimeMs };
  }
}
