export { type ArchiveEntry, checkArchive, entriesOf, readArchive, writeArchive } from './channel-archive.ts';
export { type DatasetFile, writeDataset } from './channels.ts';
export { comparedImage } from './compared-image.ts';
export { toImageFile } from './image-file.ts';
export {
  classNames,
  type LabelledImage,
  labelQuery,
  type QueryRows,
  readLabelRow,
  recordCountQuery,
} from './labels.ts';
export { type Leak, leaksAcross, type SplitImage } from './leaks.ts';
export { type AlikeImages, encodeSnapshot, type Snapshot, type SnapshotImage } from './snapshot.ts';
export { type Split, splits } from './splits.ts';
