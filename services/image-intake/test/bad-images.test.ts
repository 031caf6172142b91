import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createImageDecoder } from '../adapters/decoder/image-decoder.ts';
import { Rejection } from '../domain/rejection.ts';
import { type Answer, type BadImage, readBadImages } from './bad-images.ts';

const images = readBadImages();

/** Kilobytes of a process: a field of its `/proc/<pid>/status`. */
function memoryOf(pid: number, field: 'VmHWM' | 'VmRSS'): number {
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
}

describe.skipIf(images === undefined || process.platform !== 'linux')(
  'every bad image (skipped where ../shared/data/bad-images or /proc is not there)',
  () => {
    const decoder = createImageDecoder(path.resolve(import.meta.dirname, '../functions/intake/decoder.ts'));
    afterAll(() => decoder.close());

    const answer = async ({ name, bytes }: BadImage): Promise<{ given: Answer; code: string }> => {
      try {
        const checked = await decoder.check(name, bytes, 'first');
        return { given: checked.bytes === bytes ? 'accept' : 'normalise', code: '' };
      } catch (error) {
        if (!(error instanceof Rejection)) throw error;
        return { given: 'quarantine', code: error.code };
      }
    };

    /** Runs a decoding; how much more memory its process had at its peak, in megabytes. */
    const measured = async <Result>(run: () => Promise<Result>): Promise<[Result, number]> => {
      const { pid } = decoder;
      if (pid === undefined) return [await run(), 0];
      // Resets the peak (proc_pid_clear_refs(5)).
      writeFileSync(`/proc/${pid}/clear_refs`, '5');
      const before = memoryOf(pid, 'VmRSS');
      const result = await run();
      return [result, decoder.pid === pid ? (memoryOf(pid, 'VmHWM') - before) / 1024 : Number.NaN];
    };

    it('gets a right answer, in less than 2 s and with less than 256 MB', async () => {
      const [sound] = images ?? [];
      if (sound !== undefined) await answer(sound); // starts the process
      const lines = ['file                                  answer     reason                  ms    MB more'];
      const wrong: string[] = [];
      for (const image of images ?? []) {
        const begun = performance.now();
        const [{ given, code }, megabytes] = await measured(() => answer(image));
        const milliseconds = performance.now() - begun;
        const name = JSON.stringify(image.name).slice(1, -1).slice(0, 36).padEnd(37);
        const numbers = milliseconds.toFixed(0).padStart(6) + megabytes.toFixed(1).padStart(11);
        lines.push(`${name} ${given.padEnd(10)} ${code.padEnd(19)}${numbers}`);
        if (!image.right.includes(given)) wrong.push(`${image.name} (${image.what}): ${given}, not ${image.right}`);
        if (milliseconds >= 2000) wrong.push(`${image.name} takes ${milliseconds} ms`);
        if (!(megabytes < 256)) wrong.push(`${image.name} takes ${megabytes} MB`);
      }
      console.info(lines.join('\n'));
      expect(wrong).toEqual([]);
    });
  },
);
