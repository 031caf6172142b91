import { z } from 'zod';
import { defineEvent } from '../../envelope/definition.ts';
import { claimable } from '../../shapes/claim.ts';
import { imageRefSchema } from '../../shapes/image.ts';

export const ImagesArrived = defineEvent({
  name: 'ImagesArrived',
  version: 1,
  owner: 'image-intake',
  consumers: ['labeling'],
  describe: 'Images were uploaded, decoded in full and not seen before.',
  data: z.object({ images: claimable(imageRefSchema) }),
  sample: {
    images: {
      items: [
        {
          imageId: '4b7a3f0c9d1e52687b0f6c2d8e94a1b35f70c6d2e8a94b1703f5d6c8e2a9b417',
          uri: 's3://assay-local-images-000000000000/incoming/line-2/tag-014/000123.jpg',
          width: 640,
          height: 480,
          depth: 3,
          format: 'jpeg',
          bytes: 48213,
          station: 'line-2',
          part: 'tag-014',
          origin: 'upload',
          capturedAt: '2026-03-04T08:15:29.000Z',
        },
      ],
    },
  },
});
