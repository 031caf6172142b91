import { createHash } from 'node:crypto';
import { failureMetadata } from './consolidation/consolidate.ts';
import type { Answer, DataObject, Job } from './job.ts';
import { PUBLIC_TEAM } from './teams.ts';

/** The folder of everything that a job puts out, without a slash at its end. */
export const outputFolder = (job: Job): string =>
  `${(job.request.OutputConfig?.S3OutputPath ?? '').replace(/\/+$/, '')}/${job.name}`;

export const manifestUri = (job: Job): string => `${outputFolder(job)}/manifests/output/output.manifest`;

/** The output manifest: each input line with what came of it ("Output Data"). */
export function outputManifest(job: Job, objects: DataObject[], now: number): string {
  return objects.map((object) => `${JSON.stringify(outputLine(job, object, now))}\n`).join('');
}

function outputLine(job: Job, object: DataObject, now: number): Record<string, unknown> {
  const attribute = job.request.LabelAttributeName ?? '';
  const { label } = object;
  if (label) return { ...object.line, [attribute]: label.value, [`${attribute}-metadata`]: label.metadata };
  if (object.status === 'failed')
    return { ...object.line, [`${attribute}-metadata`]: failureMetadata(job, object, object.labeledAt ?? now) };
  return object.line;
}

/** `annotations/worker-response/…`: what each worker answered on one object. */
export function workerResponse(job: Job, object: DataObject, answers: Answer[]): { uri: string; content: string } {
  return {
    uri: `${outputFolder(job)}/annotations/worker-response/iteration-1/${object.index}/${stamp(object.labeledAt ?? 0)}.json`,
    content: JSON.stringify({ answers: answers.map((answer) => answerRecord(job, answer)) }),
  };
}

function answerRecord(job: Job, { acceptedAt, submittedAt = 0, content, worker }: Answer) {
  const crowd = job.team === PUBLIC_TEAM ? 'public' : 'private';
  return {
    acceptanceTime: new Date(acceptedAt).toISOString(),
    answerContent: content,
    submissionTime: new Date(submittedAt).toISOString(),
    timeSpentInSeconds: (submittedAt - acceptedAt) / 1000,
    workerId: workerId(job, worker),
    ...(crowd === 'private' && {
      workerMetadata: { identityData: { identityProviderType: 'Cognito', issuer: 'local', sub: worker } },
    }),
  };
}

/** `annotations/consolidated-annotation/…`: what the consolidation was given, and what it made of it. */
export function consolidationFiles(
  job: Job,
  objects: { object: DataObject; answers: Answer[] }[],
): { uri: string; content: string }[] {
  const attribute = job.request.LabelAttributeName ?? '';
  const folder = `${outputFolder(job)}/annotations/consolidated-annotation`;
  const at = stamp(Math.max(0, ...objects.map(({ object }) => object.labeledAt ?? 0)));
  const request = objects.map(({ object, answers }) => ({
    datasetObjectId: String(object.index),
    dataObject: { s3Uri: object.line['source-ref'] },
    annotations: answers.map(({ worker, content }) => ({
      workerId: workerId(job, worker),
      annotationData: { content: JSON.stringify(content) },
    })),
  }));
  const response = objects.map(({ object }) => ({
    datasetObjectId: String(object.index),
    consolidatedAnnotation: {
      content: { [attribute]: object.label?.value, [`${attribute}-metadata`]: object.label?.metadata },
    },
  }));
  return [
    { uri: `${folder}/consolidation-request/iteration-1/${at}.json`, content: JSON.stringify(request) },
    { uri: `${folder}/consolidation-response/iteration-1/${at}.json`, content: JSON.stringify(response) },
  ];
}

/** `annotations/intermediate/…`: the labels alone. */
export function intermediateManifest(job: Job, objects: DataObject[], now: number): { uri: string; content: string } {
  return {
    uri: `${outputFolder(job)}/annotations/intermediate/1/annotations.manifest`,
    content: outputManifest(
      job,
      objects.filter(({ label }) => label !== undefined),
      now,
    ),
  };
}

/** Workers are known by an id of their own, not by their name. */
function workerId(job: Job, worker: string): string {
  const crowd = job.team === PUBLIC_TEAM ? 'public' : 'private';
  const [, , , region = ''] = job.arn.split(':');
  return `${crowd}.${region}.${createHash('sha256').update(`${job.team}/${worker}`).digest('hex').slice(0, 16)}`;
}

const stamp = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', '_');
