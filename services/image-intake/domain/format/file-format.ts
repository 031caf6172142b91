import type { ImageRef } from '@assay/events';
import { Rejection } from '../rejection.ts';

export type FileFormat = ImageRef['format'];

type Signature = readonly [offset: number, bytes: string];

/** First bytes, written as Latin-1 text. */
const ACCEPTED: readonly (readonly [FileFormat, readonly Signature[]])[] = [
  ['jpeg', [[0, '\xff\xd8\xff']]],
  ['png', [[0, '\x89PNG\r\n\x1a\n']]],
  [
    'webp',
    [
      [0, 'RIFF'],
      [8, 'WEBP'],
    ],
  ],
  ['bmp', [[0, 'BM']]],
  ['tiff', [[0, 'II*\0']]],
  ['tiff', [[0, 'MM\0*']]],
];

/** What people upload by mistake, so that they can be told what it is. */
const REFUSED: readonly (readonly [string, readonly Signature[]])[] = [
  ['a GIF', [[0, 'GIF8']]],
  ['a HEIC or AVIF photograph', [[4, 'ftyp']]],
  ['a JPEG 2000 image', [[0, '\0\0\0\x0cjP  ']]],
  ['an icon', [[0, '\0\0\x01\0']]],
  ['a PDF', [[0, '%PDF']]],
  ['a ZIP archive', [[0, 'PK\x03\x04']]],
  ['a BigTIFF', [[0, 'II+\0']]],
  ['a BigTIFF', [[0, 'MM\0+']]],
  ['a PPM image', [[0, 'P6']]],
  ['an SVG drawing', [[0, '<svg']]],
  ['an XML or SVG document', [[0, '<?xml']]],
  ['a web page (an error page that was saved under an image name?)', [[0, '<!doctype']]],
  ['a web page (an error page that was saved under an image name?)', [[0, '<html']]],
  ['a Git LFS pointer, not the file it stands for (run git lfs pull)', [[0, 'version https://git-lfs']]],
];

const EXTENSIONS: Readonly<Record<FileFormat, readonly string[]>> = {
  jpeg: ['jpg', 'jpeg', 'jpe', 'jfif'],
  png: ['png'],
  webp: ['webp'],
  bmp: ['bmp', 'dib'],
  tiff: ['tif', 'tiff'],
};

/** Tells the format by the first bytes, never by the name. Throws {@link Rejection} for all that is not accepted. */
export function formatOf(bytes: Uint8Array): FileFormat {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  const begins = (text: string, signatures: readonly Signature[]): boolean =>
    signatures.every(([offset, signature]) => text.startsWith(signature, offset));
  const accepted = ACCEPTED.find(([, signatures]) => begins(start, signatures));
  if (accepted !== undefined) return accepted[0];
  // Markup is written in any case.
  const lower = (signatures: readonly Signature[]) =>
    signatures.map(([at, text]): Signature => [at, text.toLowerCase()]);
  const refused = REFUSED.find(([, signatures]) => begins(start.toLowerCase(), lower(signatures)));
  if (refused !== undefined) {
    throw new Rejection('unsupported-format', `the file is ${refused[0]}; upload JPEG, PNG, TIFF, BMP or WebP`);
  }
  throw new Rejection('unknown-format', 'the file is not an image; upload JPEG, PNG, TIFF, BMP or WebP');
}

/** False when the key's extension names another format than the bytes. A key without extension names none. */
export function extensionFits(key: string, format: FileFormat): boolean {
  const extension = /\.([^./]+)$/.exec(key)?.[1]?.toLowerCase();
  return extension === undefined || EXTENSIONS[format].includes(extension);
}
