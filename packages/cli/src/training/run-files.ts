import { join } from 'node:path';

/** Where a training outside of the chain leaves what. */
export interface RunFiles {
  readonly checkpoint: string;
  readonly history: string;
  readonly page: string;
  /** A folder. */
  readonly model: string;
}

export function runFiles(output: string): RunFiles {
  return {
    checkpoint: join(output, 'checkpoint.bin'),
    history: join(output, 'history.json'),
    page: join(output, 'training.html'),
    model: join(output, 'model'),
  };
}
