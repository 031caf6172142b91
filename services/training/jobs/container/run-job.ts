import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseFolder } from './folders.ts';

/** SageMaker shows this much of an exit message. */
const EXIT_MESSAGE_BYTES = 1024;

/**
 * Runs a processing job to its end. A failure is logged with its causes, left where SageMaker looks for the exit
 * message, and told by the exit code.
 */
export async function runProcessingJob(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    console.error(error);
    const folder = join(baseFolder, 'output');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'message'), exitMessage(error));
    process.exitCode = 1;
  }
}

/** Cut by whole characters: SageMaker fails a job whose message isn't UTF-8. */
export function exitMessage(error: unknown): string {
  const whole = error instanceof Error ? error.message : String(error);
  // A character has a byte at least: of a long message the rest needn't be looked at.
  let message = whole.slice(0, EXIT_MESSAGE_BYTES).toWellFormed();
  while (Buffer.byteLength(message) > EXIT_MESSAGE_BYTES) message = [...message].slice(0, -1).join('');
  return message;
}
