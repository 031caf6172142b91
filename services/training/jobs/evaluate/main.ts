import { join } from 'node:path';
import { z } from 'zod';
import { inputFolder, outputFolder } from '../container/folders.ts';
import { runProcessingJob } from '../container/run-job.ts';
import { evaluate } from './evaluate.ts';

const sha256 = z.string('ASSAY_TEST_SHA256 is missing: set it in the step Evaluate').regex(/^[0-9a-f]{64}$/);

await runProcessingJob(() =>
  evaluate({
    model: join(inputFolder('model'), 'model.tar.gz'),
    test: join(inputFolder('test'), 'test.tar.gz'),
    testSha256: sha256.parse(process.env.ASSAY_TEST_SHA256),
    output: outputFolder('evaluation'),
    log: (line) => console.log(line),
  }),
);
