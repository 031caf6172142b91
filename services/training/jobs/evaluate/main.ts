import { join } from 'node:path';
import { inputFolder, outputFolder } from '../container/folders.ts';
import { runProcessingJob } from '../container/run-job.ts';
import { evaluate } from './evaluate.ts';
import { quantizeWith } from './precision/quantize.ts';
import { timeInTurns } from './precision/time-in-turns.ts';
import { readEvaluateSettings } from './settings.ts';

const archiveOf = (name: string) => join(inputFolder(name), `${name}.tar.gz`);

await runProcessingJob(() => {
  const { int8, ...settings } = readEvaluateSettings(process.env);
  return evaluate({
    ...settings,
    model: archiveOf('model'),
    archives: { train: archiveOf('train'), validation: archiveOf('validation'), test: archiveOf('test') },
    champion: inputFolder('champion'),
    quantize: int8 === 'try' ? quantizeWith(archiveOf('train')) : undefined,
    timeInTurns,
    output: { evaluation: outputFolder('evaluation'), model: outputFolder('model') },
    log: (line) => console.log(line),
  });
});
