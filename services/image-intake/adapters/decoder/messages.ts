import type { RejectionCode } from '@assay/events';
import type { ImageHeader } from '../../domain/format/header.ts';
import type { Decoded } from './decode-image.ts';

/** The decoder process says this once, when it can decode. */
export const READY = 'ready';

/** What the decoder process is asked. Images are exchanged in files, so that no process holds one twice. */
export interface DecodeRequest {
  /** The file to decode. */
  readonly from: string;
  /** Where to write what is made of it. */
  readonly to: string;
  readonly header: ImageHeader;
  readonly keepable: boolean;
}

/** What it answers: one reply to each request, in order. */
export type DecodeReply =
  | { readonly kind: 'kept' | 'made'; readonly image: Omit<Decoded, 'bytes'> }
  | { readonly kind: 'refused'; readonly code: RejectionCode; readonly message: string }
  /** The fault isn't the image's. */
  | { readonly kind: 'failed'; readonly message: string };
