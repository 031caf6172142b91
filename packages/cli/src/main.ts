import { createTerminal } from './output/terminal.ts';
import { createProgram, explainFailure } from './program.ts';

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = explainFailure(error, createTerminal(false, process.stderr, process.stderr));
}
