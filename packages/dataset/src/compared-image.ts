import { openImage } from '@assay/inspector-core';
import { COMPARED_SIDE, type ComparedImage, toBeCompared } from '@assay/vision';

/** @throws Error naming the image when it can't be decoded */
export async function comparedImage(uri: string, bytes: Uint8Array): Promise<ComparedImage> {
  try {
    const { data, info } = await openImage(bytes)
      .resize(COMPARED_SIDE, COMPARED_SIDE, { fit: 'inside', withoutEnlargement: true })
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
