export { catalogue } from './catalogue/catalogue.ts';
export type { EventData, EventDefinition, EventDraft } from './envelope/definition.ts';
export { defineEvent } from './envelope/definition.ts';
export type { Metadata } from './envelope/metadata.ts';
export { childOf, metadataSchema } from './envelope/metadata.ts';
export type { ParsedEvent } from './envelope/parse-event.ts';
export { explain, parseEvent } from './envelope/parse-event.ts';
export { rulePattern } from './envelope/rule-pattern.ts';
export type { EventErrorCode } from './errors.ts';
export { EventError } from './errors.ts';
export type { Claimable, ClaimManifest } from './shapes/claim.ts';
export { claimable, INLINE_ITEMS } from './shapes/claim.ts';
export { arnSchema, imageIdSchema, instantSchema, semverSchema, sha256Schema } from './shapes/identifiers.ts';
export type { ImageRef, RejectedImage, RejectionCode } from './shapes/image.ts';
export {
  imageFormatSchema,
  imageRefSchema,
  originSchema,
  rejectedImageSchema,
  rejectionCodeSchema,
} from './shapes/image.ts';
export type { LabelBox, LabelingFailure, LabelOutcome } from './shapes/label.ts';
export { labelBoxSchema, labelingAttemptSchema, labelingFailureSchema, labelOutcomeSchema } from './shapes/label.ts';
export type { DeviceOutcome } from './shapes/rollout.ts';
export { deviceCountsSchema, deviceOutcomeSchema } from './shapes/rollout.ts';
export type { S3Location } from './shapes/s3-uri.ts';
export { formatS3Uri, parseS3Uri, s3UriSchema } from './shapes/s3-uri.ts';
