import type { LabelOutcome } from '@assay/events';

/** One row of the feature group. Names and order are those of its feature definitions in serverless.yml. */
export interface LabelRecord {
  readonly record_id: string;
  readonly image_id: string;
  readonly uri: string;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** JSON array of `{left, top, width, height, classId, className}` in pixels. */
  readonly boxes: string;
  readonly verdict: LabelOutcome['verdict'];
  readonly reason?: LabelOutcome['reason'];
  readonly comment?: string;
  readonly station: string;
  readonly part: string;
  readonly origin: LabelOutcome['origin'];
  readonly labeling_job: string;
  readonly verification_job: string;
  readonly agreement: number;
  readonly attempt: number;
  /** `yyyy-MM-ddTHH:mm:ss.SSSZ`, always with milliseconds: the store compares times as text. */
  readonly event_time: string;
}

/** The jobs of a labeling run. */
export interface LabelingJobs {
  readonly labelingJob: string;
  readonly verificationJob: string;
}

/** An image gets one record for each labeling job that it was in; storing it again makes the same record. */
export function recordIdOf(imageId: string, labelingJob: string): string {
  return `${imageId}:${labelingJob}`;
}

export function toRecord(outcome: LabelOutcome, { labelingJob, verificationJob }: LabelingJobs): LabelRecord {
  return {
    record_id: recordIdOf(outcome.imageId, labelingJob),
    image_id: outcome.imageId,
    uri: outcome.uri,
    width: outcome.width,
    height: outcome.height,
    depth: outcome.depth,
    boxes: JSON.stringify(outcome.boxes),
    verdict: outcome.verdict,
    reason: outcome.reason,
    comment: outcome.comment,
    station: outcome.station,
    part: outcome.part,
    origin: outcome.origin,
    labeling_job: labelingJob,
    verification_job: verificationJob,
    agreement: outcome.agreement,
    attempt: outcome.attempt,
    event_time: new Date(outcome.labeledAt).toISOString(),
  };
}
