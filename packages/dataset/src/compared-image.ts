import { openImage } from '@assay/inspector-core';
import { type ComparedImage, comparedSize, toBeCompared } from '@assay/vision';

/** @throws Error naming the image when it can't be decoded */
export async function comparedImage(uri: string, bytes: Uint8Array): Promise<ComparedImage> {
  try {
    const image = openImage(bytes);
    const { autoOrient } = await image.metadata();
    const { width, height, keepsShape } = comparedSize(autoOrient);
    const { data, info } = await image
      .resize(width, height, { fit: keepsShape ? 'inside' : 'fill', withoutEnlargement: true })
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return toBeCompared({ width: info.width, height: info.height, values: data });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The labelled image ${uri} can't be decoded: ${reason}. Reject the image in the label store, then train again.`,
      { cause },
    );
  }
}
