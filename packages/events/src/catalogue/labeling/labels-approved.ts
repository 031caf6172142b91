import { z } from 'zod';
import { defineEvent } from '../../envelope/definition.ts';
import { claimable } from '../../shapes/claim.ts';
import { labelOutcomeSchema } from '../../shapes/label.ts';

export const LabelsApproved = defineEvent({
  name: 'LabelsApproved',
  version: 1,
  owner: 'labeling',
  consumers: ['label-store'],
  describe:
    'A labeling run ended: what people marked and what the verifiers thought of it, approved and rejected alike.',
  data: z.object({
    runId: z.string().min(1),
    labelingJob: z.string().min(1),
    verificationJob: z.string().min(1),
    labels: claimable(labelOutcomeSchema),
  }),
  sample: {
    runId: 'run-20260304-081600-7f3a',
    labelingJob: 'assay-local-boxes-20260304-081600-7f3a',
    verificationJob: 'assay-local-verify-20260304-081600-7f3a',
    labels: {
      items: [
        {
          imageId: '4b7a3f0c9d1e52687b0f6c2d8e94a1b35f70c6d2e8a94b1703f5d6c8e2a9b417',
          uri: 's3://assay-local-images-000000000000/incoming/line-2/tag-014/000123.jpg',
          width: 640,
          height: 480,
          depth: 3,
          station: 'line-2',
          part: 'tag-014',
          origin: 'upload',
          boxes: [{ left: 412, top: 96, width: 55, height: 240, classId: 0, className: 'scratch' }],
          verdict: 'approved',
          attempt: 1,
          agreement: 0.87,
          labeledAt: '2026-03-04T10:11:12.345Z',
        },
      ],
    },
  },
});
