import { z } from 'zod';
import { imageIdSchema, instantSchema } from './identifiers.ts';
import { originSchema } from './image.ts';
import { s3UriSchema } from './s3-uri.ts';

/** A box in pixels of the image, origin top left. */
export const labelBoxSchema = z.object({
  left: z.number(),
  top: z.number(),
  width: z.number().positive(),
  height: z.number().positive(),
  classId: z.int().nonnegative(),
  className: z.string().min(1),
});

export type LabelBox = z.output<typeof labelBoxSchema>;

/** What people said about one image: the boxes, and whether the verifiers found them right. */
export const labelOutcomeSchema = z.object({
  imageId: imageIdSchema,
  uri: s3UriSchema,
  width: z.int().positive(),
  height: z.int().positive(),
  depth: z.int().positive(),
  station: z.string().min(1),
  part: z.string().min(1),
  origin: originSchema,
  boxes: z.array(labelBoxSchema),
  verdict: z.enum(['approved', 'rejected']),
  reason: z.enum(['missed-object', 'box-not-accurate']).optional(),
  comment: z.string().optional(),
  /** 1 for the first time that the image was labelled. */
  attempt: z.int().positive(),
  /** The share of workers who agreed, 0 to 1. */
  agreement: z.number().min(0).max(1),
  labeledAt: instantSchema,
});

export type LabelOutcome = z.output<typeof labelOutcomeSchema>;

/** An image that was given to the labelers, for the n-th time. */
export const labelingAttemptSchema = z.object({
  imageId: imageIdSchema,
  attempt: z.int().positive(),
});

/** An image that could not be labelled. */
export const labelingFailureSchema = z.object({
  imageId: imageIdSchema,
  uri: s3UriSchema,
  attempts: z.int().nonnegative(),
  reason: z.string().min(1),
  comment: z.string().optional(),
});

export type LabelingFailure = z.output<typeof labelingFailureSchema>;
