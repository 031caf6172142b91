export { type ArchiveEntry, checkArchive, entriesOf, readArchive, writeArchive } from './channel-archive.ts';
export { channelsSchema, type DatasetFile, writeDataset } from './channels.ts';
export { comparedImage } from './compared-image.ts';
export { type FetchedImage, type FetchObject, fetchImages } from './image-files.ts';
export {
  classNames,
  type LabelledImage,
  labelQuery,
  type QueryRows,
  readLabelRow,
  recordCountQuery,
} from './labels.ts';
export { type Leak, leaksAcross, type SplitImage, stationOf } from './leaks.ts';
export { rebuildDataset } from './rebuild.ts';
export { type AlikeImages, parseSnapshot, type Snapshot, type SnapshotImage } from './snapshot.ts';
export { type Split, splits } from './splits.ts';
