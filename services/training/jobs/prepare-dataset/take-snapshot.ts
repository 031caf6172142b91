import {
  type AlikeImages,
  type LabelledImage,
  type Snapshot,
  type SnapshotImage,
  type Split,
  splits,
} from '@assay/dataset';
import { groupsOf } from './groups.ts';
import { assignSplits } from './part-groups.ts';

export function takeSnapshot(
  asOf: string,
  query: string,
  names: readonly string[],
  labelled: readonly LabelledImage[],
  nearDuplicates: readonly AlikeImages[],
): Snapshot {
  const groups = groupsOf(
    labelled,
    nearDuplicates.map((pair) => pair.images),
  );
  const assigned = assignSplits(groups);
  const groupOf = new Map(groups.flatMap(({ name, images }) => images.map((imageId) => [imageId, name])));
  const images = labelled
    .map((image): SnapshotImage => {
      const group = groupOf.get(image.imageId) ?? '';
      const split = assigned.get(group);
      if (split === undefined) throw new Error(`${group} has no split`);
      const { imageId, uri, width, height, station, part, origin, labelingJob, labeledAt } = image;
      const boxes = image.boxes.map(({ left, top, width, height, classId }) => ({ left, top, width, height, classId }));
      return { imageId, uri, width, height, station, part, origin, labelingJob, labeledAt, group, split, boxes };
    })
    .sort((a, b) => (a.imageId < b.imageId ? -1 : 1));
  const countOf = (split: Split) => {
    const members = images.filter((image) => image.split === split);
    return {
      groups: new Set(members.map(({ group }) => group)).size,
      images: members.length,
      boxes: members.reduce((sum, { boxes }) => sum + boxes.length, 0),
    };
  };
  const counts = { train: countOf('train'), validation: countOf('validation'), test: countOf('test') };
  for (const split of splits) {
    if (counts[split].images === 0) throw new Error(`no image was assigned to ${split}`);
  }
  return { format: 'assay.snapshot/1', asOf, query, names, counts, nearDuplicates, images };
}
