import type { JobImage, Kernel } from '../../kernel/kernel.ts';
import { JobFailure } from './job-failure.ts';

/** `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>` or `@<digest>`. */
const ECR = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/([^:@]+)(?:[:@].+)?$/;

/** What is started in place of a container image. */
export function findImage(kernel: Kernel, uri: string): JobImage {
  const repository = ECR.exec(uri)?.[1];
  const image = repository === undefined ? undefined : kernel.images[repository];
  if (image) return image;
  const known = Object.keys(kernel.images);
  throw new JobFailure(
    `ClientError: Cannot find image ${uri}. ${
      repository === undefined
        ? 'It is not the URI of an ECR repository.'
        : `This endpoint runs a command in its place: map the repository with images: { '${repository}': { command: ['…'] } } where it is started.`
    } Mapped are: ${known.length === 0 ? 'none' : known.join(', ')}.`,
  );
}
