import type { LabelOutcome } from '@assay/events';
import { clipBoxes } from './boxes.ts';
import { VERDICTS } from './collect-run.ts';
import { BOXES, VERDICT } from './job-request.ts';
import type { ManifestLine } from './manifest.ts';

/** What a run has found out about one image. */
export type Finding =
  | { readonly line: ManifestLine; readonly outcome: LabelOutcome }
  /** Nobody has marked or judged it. */
  | { readonly line: ManifestLine; readonly reason: string };

/** Joins the output of both jobs. `verdicts` has a line for each image that was judged. */
export function findings(labels: readonly ManifestLine[], verdicts: readonly ManifestLine[]): Finding[] {
  const judged = new Map(verdicts.map((line) => [line.imageId, line]));
  return labels.map((line) => {
    if (line[BOXES] === undefined)
      return { line, reason: line[`${BOXES}-metadata`]?.['failure-reason'] ?? 'not labelled' };
    const unnamed = unnamedClass(line);
    if (unnamed !== undefined) return { line, reason: `marked with the class ${unnamed}, which the job did not name` };
    // Without a box it would be a part without a defect, which nobody has said.
    if (line[BOXES].annotations.length > 0 && boxesOf(line).length === 0)
      return { line, reason: 'marked only where nothing can be seen' };
    const verdict = judged.get(line.imageId);
    const metadata = verdict?.[`${VERDICT}-metadata`];
    if (verdict?.[VERDICT] === undefined || metadata?.['class-name'] === undefined)
      return { line, reason: metadata?.['failure-reason'] ?? 'not verified' };
    const labeledAt = line[`${BOXES}-metadata`]?.['creation-date'] ?? metadata['creation-date'];
    if (labeledAt === undefined) return { line, reason: 'labelled at a time that the job did not say' };
    return { line, outcome: outcomeOf(line, metadata, metadata['class-name'], labeledAt) };
  });
}

type VerdictMetadata = NonNullable<ManifestLine[`${typeof VERDICT}-metadata`]>;

function outcomeOf(line: ManifestLine, verdict: VerdictMetadata, className: string, labeledAt: string): LabelOutcome {
  const { imageId, uri, width, height, depth, station, part, origin } = line.image;
  const comments = (verdict['worker-feedback'] ?? []).map(({ comment }) => comment);
  const reason = REASONS.get(className);
  return {
    imageId,
    uri,
    width,
    height,
    depth,
    station,
    part,
    origin,
    boxes: boxesOf(line),
    verdict: className === VERDICTS[0] ? 'approved' : 'rejected',
    ...(className !== VERDICTS[0] && reason !== undefined && { reason }),
    ...(comments.length > 0 && { comment: comments.join('; ') }),
    attempt: line.attempt,
    agreement: agreementOf(line, verdict),
    labeledAt: instantOf(labeledAt),
  };
}

const REASONS: ReadonlyMap<string, LabelOutcome['reason']> = new Map([
  ['missed object', 'missed-object'],
  ['box not accurate', 'box-not-accurate'],
]);

function unnamedClass(line: ManifestLine): number | undefined {
  const names = line[`${BOXES}-metadata`]?.['class-map'] ?? {};
  return line[BOXES]?.annotations.find(({ class_id }) => !Object.hasOwn(names, class_id))?.class_id;
}

function boxesOf(line: ManifestLine): LabelOutcome['boxes'] {
  const names = line[`${BOXES}-metadata`]?.['class-map'] ?? {};
  const boxes = (line[BOXES]?.annotations ?? []).map(({ class_id, left, top, width, height }) => ({
    left,
    top,
    width,
    height,
    classId: class_id,
    className: names[String(class_id)] ?? String(class_id),
  }));
  return clipBoxes(boxes, line.image);
}

/**
 * Ground Truth's confidence: of the boxes, or where there are none of the verdict. It is 0 where a single worker has
 * nobody to agree with.
 */
function agreementOf(line: ManifestLine, verdict: VerdictMetadata): number {
  const boxes = (line[`${BOXES}-metadata`]?.objects ?? []).map(({ confidence }) => confidence);
  const mean = boxes.reduce((sum, confidence) => sum + confidence, 0) / boxes.length;
  return Math.min(1, Math.max(0, boxes.length > 0 ? mean : (verdict.confidence ?? 0)));
}

/** Ground Truth's dates are UTC without saying so, with microseconds. */
function instantOf(creationDate: string): string {
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(creationDate) ? creationDate : `${creationDate}Z`;
  return new Date(zoned).toISOString();
}
