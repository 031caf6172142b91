import { z } from 'zod';
import { defineEvent } from '../../envelope/definition.ts';
import { claimable } from '../../shapes/claim.ts';
import { rejectedImageSchema } from '../../shapes/image.ts';

export const ImagesRejected = defineEvent({
  name: 'ImagesRejected',
  version: 1,
  owner: 'image-intake',
  consumers: [],
  describe: 'Uploads were turned away, each with the reason.',
  data: z.object({ images: claimable(rejectedImageSchema) }),
  sample: {
    images: {
      items: [
        {
          uri: 's3://assay-local-images-000000000000/incoming/line-2/tag-014/000124.jpg',
          imageId: '90c1e7d2b5a84f3609c7d1e2b3a4f5968707c6d5e4f3a2b190807f6e5d4c3b2a',
          code: 'truncated',
          message: 'the JPEG ends before its last row; upload the file again',
          quarantineUri:
            's3://assay-local-images-000000000000/quarantine/truncated/90c1e7d2b5a84f3609c7d1e2b3a4f5968707c6d5e4f3a2b190807f6e5d4c3b2a/original',
        },
      ],
    },
  },
});
