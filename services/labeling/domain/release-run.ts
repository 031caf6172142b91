import type { Labeling } from './ports.ts';

/**
 * A run has ended without an outcome: its images go back into the queue, the attempt counted, so that a fault that comes
 * back each time ends; those out of attempts have failed. Repeated, it does nothing.
 */
export async function releaseRun(
  { queue, speaker, settings, now }: Labeling,
  { runId, reason }: { runId: string; reason: string },
): Promise<{ requeued: number; failed: number }> {
  const held = await queue.claimedBy(runId);
  const failing = held.filter(({ attempt }) => attempt >= settings.maxAttempts);
  if (failing.length > 0)
    await speaker.failed({
      runId,
      images: {
        items: failing.map(({ image, attempt }) => ({
          imageId: image.imageId,
          uri: image.uri,
          attempts: attempt,
          reason,
        })),
      },
    });
  for (const { image, attempt } of held)
    await queue.settle(
      image.imageId,
      runId,
      attempt >= settings.maxAttempts
        ? { state: 'failed' }
        : { state: 'waiting', attempt: attempt + 1, queuedAt: now().toISOString() },
    );
  return { requeued: held.length - failing.length, failed: failing.length };
}
