import { boxesOf, verdictOf } from '../answer.ts';
import type { Answer, DataObject, Job } from '../job.ts';
import { consolidateBoxes } from './boxes.ts';
import { consolidateVerdicts } from './verdicts.ts';

/**
 * The label of an object out of its answers, as the output manifest has it ("Output Data"). At least one answer. It is the
 * same in whatever order they came.
 */
export function consolidate(job: Job, answers: Answer[], now: number): NonNullable<DataObject['label']> {
  const byWorker = answers.toSorted((a, b) => (a.worker < b.worker ? -1 : 1));
  return job.kind === 'BoundingBox' ? boxLabel(job, byWorker, now) : verdictLabel(job, byWorker, now);
}

function boxLabel(job: Job, answers: Answer[], now: number) {
  const given = answers.map(({ content }) => boxesOf(job, content ?? {}));
  const merged = consolidateBoxes(given.map(({ boundingBoxes }) => boundingBoxes));
  const boxes = merged.map((box) => ({ ...box, classId: job.categories.indexOf(box.label) }));
  const size = given[0]?.inputImageProperties;
  return {
    value: {
      // Workers see pixels, not channels: the built-in consolidation reports 3 for every image.
      image_size: [{ width: size?.width, height: size?.height, depth: 3 }],
      annotations: boxes.map(({ classId, left, top, width, height }) => ({
        class_id: classId,
        left,
        top,
        width,
        height,
      })),
    },
    metadata: {
      objects: boxes.map(({ confidence }) => ({ confidence })),
      'class-map': Object.fromEntries(boxes.map(({ classId, label }) => [String(classId), label])),
      type: 'groundtruth/object-detection',
      ...origin(job, now),
    },
  };
}

function verdictLabel(job: Job, answers: Answer[], now: number) {
  const { label, confidence } = consolidateVerdicts(answers.map(({ content }) => verdictOf(job, content ?? {})));
  const feedback = answers.flatMap(({ content }) =>
    typeof content?.comment === 'string' ? [{ comment: content.comment }] : [],
  );
  return {
    value: String(job.categories.indexOf(label)),
    metadata: {
      'class-name': label,
      confidence,
      type: 'groundtruth/label-verification',
      ...origin(job, now),
      ...(feedback.length > 0 && { 'worker-feedback': feedback }),
    },
  };
}

function origin(job: Job, now: number) {
  return { 'human-annotated': 'yes', 'creation-date': creationDate(now), 'job-name': `labeling-job/${job.name}` };
}

/** Microseconds, and no zone. */
export const creationDate = (at: number): string => `${new Date(at).toISOString().slice(0, -1)}000`;

/** The metadata of an object that could not be labelled. */
export function failureMetadata(job: Job, { failureReason }: DataObject, now: number): Record<string, unknown> {
  const type = job.kind === 'BoundingBox' ? 'groundtruth/object-detection' : 'groundtruth/label-verification';
  return { 'failure-reason': failureReason, type, ...origin(job, now) };
}
