import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { readAnnotatedImage } from '../dataset/annotated-image.ts';
import { type CocoImage, readCoco, refuseCrowds } from '../dataset/coco.ts';
import { type Photograph, uploadPhotographs } from '../dataset/upload.ts';

/**
 * Puts annotated photographs into the chain. The annotations go first, each under its image's id into the labeling
 * service's `imports/`: when the image then arrives, the service takes them for its labels and asks nobody.
 */
export async function importAnnotated(
  context: Context,
  annotations: string,
  folder: string,
  { station }: { station: string },
): Promise<void> {
  const { terminal, clients, names } = context;
  const { images } = await readCoco(annotations);
  refuseCrowds(images, annotations);
  const source = basename(annotations);
  // Labels are left under the picture's digest: of two that are the same file, the later one's would replace the other's.
  const left = new Map<string, CocoImage>();
  async function* annotated(): AsyncGenerator<Photograph> {
    for (const image of images) {
      const bytes = await readAnnotatedImage(folder, annotations, image.fileName);
      const imageId = createHash('sha256').update(bytes).digest('hex');
      refuseContradiction(annotations, left.get(imageId), image);
      left.set(imageId, image);
      await clients.s3.send(
        new PutObjectCommand({
          Bucket: names.labelingBucket,
          Key: `imports/${imageId}.json`,
          Body: JSON.stringify({ source, width: image.width, height: image.height, boxes: image.boxes }),
          ContentType: 'application/json',
        }),
      );
      const fileName = image.fileName.replaceAll('/', '-');
      const part = image.part ?? fileName.replace(/\.[^.]*$/, '');
      yield { fileName, station, part, partIsFileName: image.part === undefined, bytes };
    }
  }
  const keys = await uploadPhotographs(clients.s3, names.imageBucket, annotated(), (count) =>
    terminal.progress(`Importing ${count}/${images.length}`),
  );
  terminal.progressDone();
  const boxes = images.reduce((sum, image) => sum + image.boxes.length, 0);
  terminal.result(
    { images: keys.length, boxes, source },
    () => `${keys.length} photographs with ${boxes} boxes are on their way. Follow them with "assay status --watch".`,
  );
}

function refuseContradiction(annotations: string, earlier: CocoImage | undefined, image: CocoImage): void {
  if (earlier === undefined || JSON.stringify(earlier.boxes) === JSON.stringify(image.boxes)) return;
  throw new CliError(
    `${annotations} marks ${JSON.stringify(earlier.fileName)} and ${JSON.stringify(image.fileName)}, which are the same file, differently.`,
    'Remove one of them from the annotations, and import again: what was imported until here stays as it is.',
  );
}
