import { createHash } from 'node:crypto';

/** A photograph of a part, from whatever source. */
export interface Frame {
  /** The same for the same frame, over restarts: what makes sure that it is inspected once. */
  key: string;
  station: string;
  part: string;
  file: string;
  /** Milliseconds since the epoch. */
  capturedAt: number;
  bytes: Uint8Array;
}

/** Names of stations, parts and files become parts of S3 keys: nothing that needs encoding, no way up. */
const NAME = /^[A-Za-z0-9_=-][A-Za-z0-9._=-]{0,127}$/;

export const isName = (text: string | undefined): text is string => text !== undefined && NAME.test(text);

/** Any text made such a name, for whoever places frames: others are passed over. */
export const toFrameName = (text: string): string =>
  text
    .replaceAll(/[^A-Za-z0-9._=-]/g, '-')
    .replace(/^\./, '-')
    .slice(0, 128);

/** SHA-256 of the bytes, lower-case hex: an image's id everywhere in Assay. */
export const imageIdOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
