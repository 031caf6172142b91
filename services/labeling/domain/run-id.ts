import { createHash } from 'node:crypto';
import type { QueuedImage } from './ports.ts';

/**
 * The name of the run that begins with this image: the same for everybody who sees the same head of the queue, so that
 * two who start a run at once start one. `occasion` tells runs apart that begin alike on purpose.
 */
export function runIdOf({ image, attempt, queuedAt }: QueuedImage, occasion = ''): string {
  const [date = '', time = ''] = queuedAt.replace(/[-:]/g, '').split('T');
  const digest = createHash('sha256').update(`${image.imageId}/${attempt}/${queuedAt}/${occasion}`).digest('hex');
  return `run-${date}-${time.slice(0, 6)}-${digest.slice(0, 8)}`;
}

/** Ground Truth's job names are unique for good: each run has its own. */
export function jobNames(prefix: string, runId: string): { labelingJob: string; verificationJob: string } {
  const suffix = runId.replace(/^run-/, '');
  return { labelingJob: `${prefix}-boxes-${suffix}`, verificationJob: `${prefix}-verify-${suffix}` };
}
