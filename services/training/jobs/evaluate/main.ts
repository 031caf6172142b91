import { join } from 'node:path';
import { inputFolder, outputFolder } from '../container/folders.ts';
import { runProcessingJob } from '../container/run-job.ts';
import { evaluate } from './evaluate.ts';

await runProcessingJob(() =>
  evaluate({
    model: join(inputFolder('model'), 'model.tar.gz'),
    test: join(inputFolder('test'), 'test.tar.gz'),
    output: outputFolder('evaluation'),
    log: (line) => console.log(line),
  }),
);
