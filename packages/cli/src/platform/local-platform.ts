import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eachAtOnce } from '@assay/at-once';
import { DataDirectoryError, type LocalAws, startLocalAws } from '@assay/local-aws';
import { CliError } from '../cli-error.ts';
import { type Context, createContext } from '../context.ts';
import { SERVICES } from '../names.ts';
import { duration, type Terminal } from '../output/terminal.ts';
import { connectionFile, type LocalConnection, publishConnection, runningConnection } from './connection.ts';
import { type DeviceProcess, startDevice } from './device.ts';
import { jobImages } from './job-images.ts';
import { deployService, localEnvironment } from './serverless.ts';

export const DEFAULT_PORT = 4580;

export interface PlatformOptions {
  /** Absolute. */
  dataDir: string;
  port: number;
  /** Added to the environment in which the services are deployed: the settings of their `serverless.yml`. */
  settings: Record<string, string>;
  /** Where the device's component finds the pictures that the camera would take. Absolute. */
  framesDir: string;
  terminal: Terminal;
}

export interface LocalPlatform {
  context: Context;
  /** The embedded AWS itself, in this process. */
  aws: LocalAws;
  device: DeviceProcess;
  /** What each step of the start took, in milliseconds. */
  timings: { step: string; milliseconds: number }[];
  close(): Promise<void>;
}

/** Starts the embedded AWS, deploys every service to it with the Serverless Framework, and starts the laptop's edge device. */
export async function startPlatform(options: PlatformOptions): Promise<LocalPlatform> {
  const { dataDir, terminal } = options;
  await refuseSecond(dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const timings: LocalPlatform['timings'] = [];
  const timed = async <T>(step: string, work: () => Promise<T>): Promise<T> => {
    terminal.progress(`${step} …`);
    const begun = performance.now();
    const result = await work();
    timings.push({ step, milliseconds: performance.now() - begun });
    terminal.progress(`${step}: ${duration(performance.now() - begun)}`);
    return result;
  };
  const aws = await timed('Starting the embedded AWS', () => listen(options));
  try {
    const connection = connectionOf(aws);
    await publishConnection(dataDir, connection);
    const context = createContext(terminal, connection);
    await timed('Deploying the services', () => deployAll(connection, options));
    const device = await timed('Starting the edge device', () => startDevice(context, options));
    terminal.progressDone();
    return {
      context,
      aws,
      device,
      timings,
      async close() {
        await device.close();
        await aws.close();
        await rm(connectionFile(dataDir), { force: true });
      },
    };
  } catch (error) {
    await aws.close();
    await rm(connectionFile(dataDir), { force: true });
    throw error;
  }
}

async function refuseSecond(dataDir: string): Promise<void> {
  const running = await runningConnection(dataDir);
  if (running)
    throw new CliError(
      `An embedded AWS already runs on ${dataDir} (process ${running.pid}, ${running.endpoint}).`,
      'Use it, stop it with "assay down", or start another one with --data DIR --port PORT.',
    );
}

async function listen({ dataDir, port, terminal }: PlatformOptions): Promise<LocalAws> {
  try {
    return await startLocalAws({
      dataDir: join(dataDir, 'aws'),
      port,
      images: jobImages(),
      report: (message) => terminal.say(`  ! ${message}`),
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      throw new CliError(`Port ${port} is taken.`, 'Stop what listens there, or choose another with --port.', {
        cause: error,
      });
    if (error instanceof DataDirectoryError) throw new CliError(error.message, error.remedy, { cause: error });
    throw error;
  }
}

function connectionOf({ endpoint, region, account, administrator }: LocalAws): LocalConnection {
  const { accessKeyId, secretAccessKey } = administrator;
  return { stage: 'local', region, account, endpoint, credentials: { accessKeyId, secretAccessKey }, pid: process.pid };
}

/** The bus first, since the others import its name; then all others, two at a time (packaging is work for the processor). */
async function deployAll(connection: LocalConnection, { settings, terminal }: PlatformOptions): Promise<void> {
  const environment = { ...localEnvironment(connection), ...settings };
  const deploy = async (service: string) => {
    const begun = performance.now();
    const { changed } = await deployService({ service, stage: connection.stage, environment });
    terminal.progress(`  ${service}: ${changed ? 'deployed' : 'unchanged'} (${duration(performance.now() - begun)})`);
  };
  const [bus, ...others] = SERVICES;
  await deploy(bus);
  await eachAtOnce(others, 2, deploy);
}
