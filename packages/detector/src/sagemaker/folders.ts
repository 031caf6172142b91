import { join } from 'node:path';

/** Where things lie in a training container. */
export interface TrainingFolders {
  readonly hyperparameters: string;
  readonly checkpoint: string;
  readonly model: string;
  readonly failure: string;
  channel(name: string): string;
}

/**
 * @param base `/opt/ml` in a container
 * @see "How Amazon SageMaker Provides Training Information" in SageMaker's guide
 */
export function trainingFolders(base: string): TrainingFolders {
  return {
    hyperparameters: join(base, 'input', 'config', 'hyperparameters.json'),
    checkpoint: join(base, 'checkpoints', 'checkpoint.bin'),
    model: join(base, 'model'),
    failure: join(base, 'output', 'failure'),
    channel: (name) => join(base, 'input', 'data', name, `${name}.tar.gz`),
  };
}
