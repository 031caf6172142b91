import { z } from 'zod';
import { imageIdSchema, instantSchema } from './identifiers.ts';
import { s3UriSchema } from './s3-uri.ts';

/** Who sent the image: a person's upload, or a device that was unsure about it. */
export const originSchema = z.enum(['upload', 'edge']);

export const imageFormatSchema = z.enum(['jpeg', 'png', 'tiff', 'bmp', 'webp']);

/** An image that was checked: where it is and what it is. */
export const imageRefSchema = z.object({
  imageId: imageIdSchema,
  uri: s3UriSchema,
  /** Pixels. */
  width: z.int().positive(),
  /** Pixels. */
  height: z.int().positive(),
  /** Colour channels. */
  depth: z.int().positive(),
  format: imageFormatSchema,
  /** Size of the file. */
  bytes: z.int().positive(),
  station: z.string().min(1),
  part: z.string().min(1),
  origin: originSchema,
  capturedAt: instantSchema,
});

export type ImageRef = z.output<typeof imageRefSchema>;

/** Why an image was turned away. */
export const rejectionCodeSchema = z.enum([
  'empty',
  'too-large',
  'unknown-format',
  'unsupported-format',
  'corrupt',
  'truncated',
  'too-many-pixels',
  'too-small',
  'featureless',
  'key-without-station-and-part',
  /** The process that decoded it died of it. */
  'decoder-crashed',
  'decoder-out-of-memory',
  'decoder-timed-out',
]);

export type RejectionCode = z.output<typeof rejectionCodeSchema>;

export const rejectedImageSchema = z.object({
  uri: s3UriSchema,
  /** Absent when the bytes could not be read. */
  imageId: imageIdSchema.optional(),
  code: rejectionCodeSchema,
  message: z.string(),
  /** Where the upload was kept aside, with the reason beside it. */
  quarantineUri: s3UriSchema.optional(),
});

export type RejectedImage = z.output<typeof rejectedImageSchema>;
