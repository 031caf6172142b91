import { CopyObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { quarantineUpload } from './image-store.ts';

it('copies a refused upload without what it would need further permissions for: tags and annotations', async () => {
  const copies: unknown[] = [];
  const send = async (command: unknown) => {
    if (command instanceof CopyObjectCommand) copies.push(command.input);
    return {};
  };
  const upload = {
    bucket: 'images',
    key: 'incoming/line/part/large.tif',
    size: 41_943_041,
    time: '2026-03-04T08:15:00Z',
  };
  const refused = { upload, imageId: undefined, bytes: undefined, code: 'too-large', message: 'too large' } as const;
  await quarantineUpload({ send } as Pick<S3Client, 'send'>, 'images', refused);
  expect(copies).toMatchObject([
    {
      CopySource: 'images/incoming%2Fline%2Fpart%2Flarge.tif',
      TaggingDirective: 'REPLACE',
      AnnotationDirective: 'EXCLUDE',
    },
  ]);
});
