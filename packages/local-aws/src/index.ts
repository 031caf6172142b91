import { type Clock, systemClock } from './kernel/clock.ts';
import type { AccessKey } from './kernel/credentials.ts';
import { holdDataDirectory } from './kernel/data-directory.ts';
import { Gateway } from './kernel/gateway.ts';
import { type EventDelivery, type JobImage, Kernel } from './kernel/kernel.ts';
import { services } from './services.ts';

export { type Clock, type ManualClock, manualClock, systemClock } from './kernel/clock.ts';
export { DataDirectoryError } from './kernel/data-directory.ts';
export { AwsError } from './kernel/errors.ts';
export type { EventDelivery, JobImage } from './kernel/kernel.ts';

export interface LocalAwsOptions {
  /** Folder for all state; made when missing. One process at a time. */
  dataDir: string;
  /** TCP port on 127.0.0.1; 0 takes a free one. */
  port?: number;
  account?: string;
  region?: string;
  clock?: Clock;
  /** What runs in place of a container image, by ECR repository name. */
  images?: Record<string, JobImage>;
  /** How EventBridge delivers: each event to each target once and at once, unless a test hands in what AWS's promise allows. */
  eventDelivery?: EventDelivery;
  /** Where trouble is told that no caller hears of; standard error by default. */
  report?(message: string, error?: unknown): void;
}

export interface LocalAws {
  /** E.g. `http://127.0.0.1:4580`: what `AWS_ENDPOINT_URL` is set to. */
  endpoint: string;
  account: string;
  region: string;
  /** The administrator's access key; the same one over restarts. */
  administrator: AccessKey;
  kernel: Kernel;
  close(): Promise<void>;
}

/**
 * Starts the embedded AWS and takes up the work that an earlier run left.
 *
 * @throws DataDirectoryError when the data directory is damaged, of a newer version, or another's; nothing in it was changed
 */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const letGo = holdDataDirectory(options.dataDir);
  try {
    const aws = await startHeld(options);
    return {
      ...aws,
      async close() {
        try {
          await aws.close();
        } finally {
          letGo();
        }
      },
    };
  } catch (error) {
    letGo();
    throw error;
  }
}

async function startHeld(options: LocalAwsOptions): Promise<LocalAws> {
  const {
    dataDir,
    port = 0,
    account = '000000000000',
    region = 'eu-west-1',
    clock = systemClock,
    images = {},
    eventDelivery,
  } = options;
  const report = options.report ?? ((message, error) => console.error(`local-aws: ${message}`, error ?? ''));
  const kernel = new Kernel({ dataDir, account, region, clock, images, eventDelivery, report }, services);
  const gateway = new Gateway(kernel);
  try {
    const endpoint = await gateway.listen(port);
    const administrator = kernel.credentials.administrator();
    await kernel.start(endpoint);
    await kernel.store.durable();
    return {
      endpoint,
      account,
      region,
      administrator,
      kernel,
      async close() {
        await gateway.close();
        await kernel.close();
      },
    };
  } catch (error) {
    await gateway.close();
    await kernel.close();
    throw error;
  }
}
