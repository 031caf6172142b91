import type { ImageResult } from '@assay/vision';

/** Results without what is of other classes. */
export function ofClasses(results: readonly ImageResult[], classIds: readonly number[]): ImageResult[] {
  const only = <Of extends { readonly classId: number }>(all: readonly Of[]) =>
    all.filter(({ classId }) => classIds.includes(classId));
  return results.map(({ truths, detections }) => ({ truths: only(truths), detections: only(detections) }));
}
