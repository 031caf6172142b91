import type { Snapshot } from '../snapshot.ts';
import type { Split } from '../splits.ts';

/**
 * A split in COCO's object detection format. Images and annotations count from 1, categories have the class ids; what an image
 * belongs to is its `group`, which `assay import` reads.
 *
 * @param fileName what an image is called in the split's archive
 * @see cocodataset.org, "Data format"
 */
export function cocoOf({ images, names }: Snapshot, split: Split, fileName: (imageId: string) => string): object {
  const members = images.filter((image) => image.split === split);
  const annotations = members.flatMap(({ boxes }, index) =>
    boxes.map(({ left, top, width, height, classId }) => ({
      image_id: index + 1,
      category_id: classId,
      bbox: [left, top, width, height],
      area: width * height,
      iscrowd: 0,
    })),
  );
  return {
    images: members.map(({ imageId, width, height, group, uri }, index) => ({
      id: index + 1,
      file_name: fileName(imageId),
      width,
      height,
      group,
      sha256: imageId,
      uri,
    })),
    annotations: annotations.map((annotation, index) => ({ id: index + 1, ...annotation })),
    categories: names.map((name, id) => ({ id, name })),
  };
}
