import { parseS3Uri } from '@assay/events';
import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';

const evaluationSchema = z.object({ metrics: z.object({ map50: z.object({ value: z.number() }) }) });

/** Reads mAP50 out of an `evaluation.json`; undefined when the pipeline didn't come so far as to write it. */
export function evaluationReader(s3: S3Client): (evaluationUri: string) => Promise<number | undefined> {
  return async (evaluationUri) => {
    const { bucket, key } = parseS3Uri(evaluationUri);
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const text = (await Body?.transformToString()) ?? '';
      return evaluationSchema.parse(JSON.parse(text)).metrics.map50.value;
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  };
}
