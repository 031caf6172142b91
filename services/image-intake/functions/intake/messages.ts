import { z } from 'zod';
import type { Upload } from '../../domain/upload.ts';

/** What is read of S3's "Object Created" event. The key is taken as it is; EventBridge does not encode it. */
export const objectCreatedSchema = z
  .object({
    time: z.string(),
    detail: z.object({
      bucket: z.object({ name: z.string() }),
      object: z.object({ key: z.string(), size: z.number() }),
    }),
  })
  .transform(
    ({ time, detail }): Upload => ({
      bucket: detail.bucket.name,
      key: detail.object.key,
      size: detail.object.size,
      time,
    }),
  );
