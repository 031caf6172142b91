import { z } from 'zod';
import { defineEvent } from '../../envelope/definition.ts';
import { claimable } from '../../shapes/claim.ts';
import { arnSchema } from '../../shapes/identifiers.ts';
import { labelingAttemptSchema } from '../../shapes/label.ts';

export const LabelingStarted = defineEvent({
  name: 'LabelingStarted',
  version: 1,
  owner: 'labeling',
  consumers: [],
  describe: 'A labeling run took images from the queue of unlabeled ones.',
  data: z.object({
    runId: z.string().min(1),
    executionArn: arnSchema,
    images: claimable(labelingAttemptSchema),
  }),
  sample: {
    runId: 'run-20260304-081600-7f3a',
    executionArn: 'arn:aws:states:eu-west-1:000000000000:execution:assay-local-labeling:run-20260304-081600-7f3a',
    images: { items: [{ imageId: '4b7a3f0c9d1e52687b0f6c2d8e94a1b35f70c6d2e8a94b1703f5d6c8e2a9b417', attempt: 1 }] },
  },
});
