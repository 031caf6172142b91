import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from './cli-error.ts';
import { rebuild } from './commands/dataset.ts';
import { demoCommand } from './commands/demo.ts';
import { deploy } from './commands/deploy.ts';
import { devices } from './commands/devices.ts';
import { doctor } from './commands/doctor.ts';
import { down } from './commands/down.ts';
import { importAnnotated } from './commands/import.ts';
import { decide, models } from './commands/models.ts';
import { type ReplayOptions, replay } from './commands/replay.ts';
import { status } from './commands/status.ts';
import { type StuckOptions, stuck } from './commands/stuck.ts';
import { trace } from './commands/trace.ts';
import { train } from './commands/train.ts';
import { up } from './commands/up.ts';
import { upload } from './commands/upload.ts';
import { type Context, connect } from './context.ts';
import { createTerminal, type Terminal } from './output/terminal.ts';
import { DEFAULT_PORT } from './platform/local-platform.ts';
import { repositoryRoot } from './platform/repository.ts';

interface Globals {
  json?: boolean;
  data: string;
  stage: string;
}

interface TrainCommandOptions {
  images?: string;
  output: string;
  resume: boolean;
  validation?: string;
  splits?: string;
  /** The rest are hyperparameters, as text. */
  steps?: string;
}

/** These know this machine alone: a stage on AWS would be passed over in silence. */
const WITHOUT_STAGE = ['up', 'demo', 'train', 'down'];

/** The `assay` command line. */
export function createProgram(): Command {
  const program = new Command('assay')
    .description('Visual quality inspection from camera to edge and back')
    .option('--json', 'print the result as JSON')
    .option(
      '--data <path>',
      'folder of the embedded AWS; of "train": the annotations',
      resolve(repositoryRoot, '.assay'),
    )
    .option(
      '--stage <stage>',
      `"local" is the embedded AWS; any other is on AWS (not for ${WITHOUT_STAGE.join(', ')})`,
      'local',
    )
    .showHelpAfterError()
    .hook('preAction', (_program, command) => refuseStage(command.name(), globals().stage));
  const terminalOf = () => createTerminal(program.opts<Globals>().json ?? false, process.stdout, process.stderr);
  const globals = () => {
    const { data, stage } = program.opts<Globals>();
    return { data: resolve(data), stage };
  };
  const withContext = (work: (context: Context) => Promise<void>) => async () =>
    work(await connect(terminalOf(), globals()));

  program
    .command('up')
    .description('run everything on this machine until interrupted')
    .option('--port <port>', 'port of the embedded AWS on 127.0.0.1', port, DEFAULT_PORT)
    .action((options: { port: number }) => up(terminalOf(), { dataDir: globals().data, port: options.port }));
  program
    .command('demo')
    .description('play the whole chain, with simulated labelers, on generated images or on your own')
    .option('--images <dir>', 'your photographs')
    .option('--annotations <file>', 'their truth, as COCO JSON')
    .option('--port <port>', `port of the embedded AWS on 127.0.0.1 (any; with --data ${DEFAULT_PORT})`, port)
    .action((options: { images?: string; annotations?: string; port?: number }) => {
      const given = program.getOptionValueSource('data') === 'cli';
      const dataDir = given ? globals().data : resolve(repositoryRoot, '.assay', 'demo');
      // A folder that is used again keeps its port: the addresses of its queues hold it.
      const chosen = options.port ?? (given ? DEFAULT_PORT : 0);
      return demoCommand(terminalOf(), { ...options, port: chosen, dataDir, fresh: !given });
    });
  program
    .command('upload <dir>')
    .description('put the photographs of a folder into the chain')
    .option('--station <name>', 'where they were taken', 'station-1')
    .action((dir: string, options: { station: string }) => withContext((context) => upload(context, dir, options))());
  program
    .command('import <annotations> <dir>')
    .description('put photographs with their annotations (COCO JSON) into the chain')
    .option('--station <name>', 'where they were taken', 'station-1')
    .action((annotations: string, dir: string, options: { station: string }) =>
      withContext((context) => importAnnotated(context, annotations, dir, options))(),
    );
  program
    .command('status')
    .description('where the chain stands')
    .option('--watch', 'again and again', false)
    .action((options: { watch: boolean }) => withContext((context) => status(context, options))());
  program
    .command('doctor')
    .description('what is not well, and which permissions of the stacks nothing has needed')
    .action(withContext(doctor));
  program
    .command('stuck')
    .description('what no service could process, where and why; or send it back there')
    .option('--service <name>', 'of one service alone')
    .option('--redrive', 'send the dead letters back to where they came from')
    .option('--message <id...>', 'with --redrive: these alone (the beginning of an id is enough)')
    .action((options: StuckOptions) => withContext((context) => stuck(context, options))());
  program.command('models').description('the registered models').action(withContext(models));
  for (const [name, decision] of [
    ['approve', 'Approved'],
    ['reject', 'Rejected'],
  ] as const)
    program
      .command(`${name} <model>`)
      .description(`${name} a model, by version, ARN or "latest"`)
      .option('--reason <text>', 'kept with the model')
      .action((model: string, options: { reason?: string }) =>
        withContext((context) => decide(context, model, decision, options.reason))(),
      );
  program.command('devices').description('the devices of the line and what runs on them').action(withContext(devices));
  program
    .command('trace <image-or-model>')
    .description('follow an image to its models and devices, or a model to its images')
    .action((query: string) => withContext((context) => trace(context, query))());
  program
    .command('dataset')
    .description('data sets that models were trained on')
    .command('rebuild <snapshot>')
    .description('make a data set again from its snapshot.json (a file or s3:// URI), and compare it bit for bit')
    .option('--into <dir>', 'where to', 'dataset')
    .action((snapshot: string, options: { into: string }) =>
      withContext((context) => rebuild(context, snapshot, options))(),
    );
  program
    .command('replay')
    .description('let a service hear again what was said: to rebuild a store, or to backfill a new one')
    .requiredOption('--from <time>', 'ISO 8601, or how long ago: 90m, 12h, 30d')
    .option('--to <time>', 'the same; now by default')
    .option('--event <name>', 'only this event, e.g. LabelsApproved')
    .option('--to-service <service>', 'who is to hear it, e.g. label-store')
    .addOption(new Option('--all-services', 'everybody is to hear it').conflicts('toService'))
    .option('--dry-run', 'only say which rules would hear how many events')
    .action((options: ReplayOptions) => withContext((context) => replay(context, options))());
  program
    .command('train')
    .description('train a detector on images of this machine, outside of the chain')
    .usage('--data COCO.json [options]')
    .option('--images <dir>', 'the images; by default the folder "images" beside the annotations')
    .option('--output <dir>', 'for model, curves and checkpoint', resolve(repositoryRoot, '.assay', 'training'))
    .option('--resume', 'go on with the training that was interrupted there', false)
    .option('--validation <file>', 'COCO JSON of images to validate with')
    .addOption(
      new Option(
        '--splits <file>',
        'JSON lists of file names, "train" and "validation"; by default groups are drawn',
      ).conflicts('validation'),
    )
    .option('--steps <n>', 'how long to train')
    .option('--epochs <n>', 'instead of --steps: looks at every image')
    .option('--max-seconds <s>', 'end after this time, whatever is left')
    .option('--batch-size <n>', 'images a step')
    .option('--image-size <pixels>', 'longer side of the input, a multiple of 32')
    .option('--size <name>', 'of the network: nano, small or medium')
    .option('--backbone <name>', 'pretrained: go on from a network that has seen much else, or own')
    .option('--mirrors <true|false>', 'whether the model looks at mirror images, too, in four times the time')
    .option('--rotate <share>', 'of images that are turned by a quarter')
    .option('--mosaic <share>', 'of images that are put together from four')
    .option('--learning-rate <rate>')
    .option('--patience <n>', 'measurements without progress after which to end')
    .option('--seed <n>')
    .option('--workers <n>', 'threads')
    .action((options: TrainCommandOptions) => {
      if (program.getOptionValueSource('data') !== 'cli')
        throw new CliError('The annotations are missing.', 'Give them by --data COCO.json.');
      const { images, output, resume, validation, splits, ...hyperparameters } = options;
      const files = { data: globals().data, images, output: resolve(output), resume, validation, splits };
      return train(terminalOf(), { ...files, hyperparameters, stop: interruption() });
    });
  program
    .command('deploy <service>')
    .description('deploy one service alone')
    .action((service: string) => deploy(terminalOf(), service, globals()));
  program
    .command('down')
    .description('stop the embedded AWS')
    .action(() => down(terminalOf(), globals().data));
  return program;
}

function refuseStage(command: string, stage: string): void {
  if (stage === 'local' || !WITHOUT_STAGE.includes(command)) return;
  throw new CliError(
    `"assay ${command}" is for this machine alone: there is no stage "${stage}" for it.`,
    'Leave --stage out. Services get to AWS one by one, with "assay deploy".',
  );
}

/** Ctrl-C asks to stop; a second one ends the process. */
function interruption(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('Give a port from 0 to 65535.');
  return value;
}

/** Says what went wrong and what to do next. @returns the exit code. */
export function explainFailure(error: unknown, terminal: Pick<Terminal, 'say'>): number {
  if (error instanceof CliError) {
    terminal.say(`✗ ${error.message}\n  ${error.remedy}`);
    return 1;
  }
  terminal.say(`✗ ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return 70;
}
