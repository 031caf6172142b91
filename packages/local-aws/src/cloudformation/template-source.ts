import type { Caller } from '../kernel/caller.ts';
import { AwsError } from '../kernel/errors.ts';
import type { CloudFormation } from './state.ts';

/** The template's text: given itself, or by the URL of an S3 object, or the one that the stack has. */
export async function templateText(
  { kernel }: CloudFormation,
  input: { TemplateBody?: string; TemplateURL?: string; UsePreviousTemplate?: boolean },
  caller: Caller,
  previous?: string,
): Promise<string> {
  if (input.TemplateBody !== undefined) return input.TemplateBody;
  if (input.UsePreviousTemplate && previous !== undefined) return previous;
  if (input.TemplateURL === undefined)
    throw new AwsError('ValidationError', 'Either Template URL or Template Body must be specified.');
  const location = s3Location(input.TemplateURL);
  if (!location)
    throw new AwsError('ValidationError', `TemplateURL must be a supported URL: ${input.TemplateURL}. Use an S3 URL.`);
  try {
    const { Body } = await kernel.call('s3', 'GetObject', location, caller);
    return (await Body?.transformToString()) ?? '';
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    throw new AwsError('ValidationError', `S3 error: ${cause.message}\nFor more information check the TemplateURL.`, {
      cause,
    });
  }
}

/** Reads the path style (also of a local endpoint), the virtual-hosted style and `s3://`. */
export function s3Location(text: string): { Bucket: string; Key: string } | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) return undefined;
  const path = decodeURIComponent(url.pathname.slice(1));
  if (url.protocol === 's3:') return path === '' ? undefined : { Bucket: url.hostname, Key: path };
  const virtual = /^(.+)\.s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com$/.exec(url.hostname);
  if (virtual?.[1]) return { Bucket: virtual[1], Key: path };
  const aws = /^s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/.test(url.hostname);
  const local = url.hostname === '127.0.0.1' || url.hostname === 'localhost';
  const slash = path.indexOf('/');
  if (!(aws || local) || slash < 1) return undefined;
  return { Bucket: path.slice(0, slash), Key: path.slice(slash + 1) };
}
