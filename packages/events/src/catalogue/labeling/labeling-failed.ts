import { z } from 'zod';
import { defineEvent } from '../../envelope/definition.ts';
import { claimable } from '../../shapes/claim.ts';
import { labelingFailureSchema } from '../../shapes/label.ts';

export const LabelingFailed = defineEvent({
  name: 'LabelingFailed',
  version: 1,
  owner: 'labeling',
  consumers: [],
  describe: 'Images could not be labelled: every attempt was rejected, or a job failed.',
  data: z.object({
    runId: z.string().min(1).optional(),
    images: claimable(labelingFailureSchema),
  }),
  sample: {
    runId: 'run-20260304-091600-c41d',
    images: {
      items: [
        {
          imageId: '90c1e7d2b5a84f3609c7d1e2b3a4f5968707c6d5e4f3a2b190807f6e5d4c3b2a',
          uri: 's3://assay-local-images-000000000000/incoming/line-2/tag-014/000125.jpg',
          attempts: 3,
          reason: 'box-not-accurate',
          comment: 'box too wide',
        },
      ],
    },
  },
});
