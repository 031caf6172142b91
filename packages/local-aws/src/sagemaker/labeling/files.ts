import { serviceRoleCaller } from '../../kernel/caller.ts';
import { messageOf } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Job } from './job.ts';

/** S3 in the name of a job's role. */
export class JobFiles {
  readonly #kernel: Kernel;
  readonly #caller;

  constructor(kernel: Kernel, job: Job) {
    this.#kernel = kernel;
    this.#caller = serviceRoleCaller(
      'sagemaker.amazonaws.com',
      job.request.RoleArn ?? '',
      `labeling-${job.name}`.slice(0, 64),
    );
  }

  /** A file's text; throws an `Error` that says what could not be read. */
  async read(uri: string, what: string): Promise<string> {
    try {
      const { Body } = await this.#kernel.call('s3', 'GetObject', at(uri), this.#caller);
      return (await Body?.transformToString()) ?? '';
    } catch (cause) {
      throw new Error(`the ${what} ${uri} could not be read: ${messageOf(cause)}`, { cause });
    }
  }

  /** Why a data object can't be shown to workers; undefined when it can. */
  async unreadable(uri: string): Promise<string | undefined> {
    try {
      const { ContentLength = 0 } = await this.#kernel.call('s3', 'HeadObject', at(uri), this.#caller);
      return ContentLength > LARGEST_IMAGE ? `The image ${uri} has more than 40 MB` : undefined;
    } catch (error) {
      return `The image ${uri} could not be read: ${messageOf(error)}`;
    }
  }

  async write(uri: string, content: string): Promise<void> {
    const ContentType = uri.endsWith('.json') ? 'application/json' : 'application/octet-stream';
    await this.#kernel.call('s3', 'PutObject', { ...at(uri), Body: content, ContentType }, this.#caller);
  }
}

const LARGEST_IMAGE = 40_000_000;

function at(uri: string): { Bucket: string; Key: string } {
  const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? [];
  return { Bucket, Key };
}
