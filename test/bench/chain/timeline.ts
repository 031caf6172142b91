import {
  imageRefSchema,
  labelingAttemptSchema,
  labelingFailureSchema,
  labelOutcomeSchema,
  rejectedImageSchema,
} from '@assay/events';
import { readClaim } from '@assay/events/publisher';
import type { S3Client } from '@aws-sdk/client-s3';
import type { JournalEvent } from '../../../packages/cli/src/journal/event-log.ts';

/** When an image came to each step, in milliseconds since the epoch. */
export interface ImageTimes {
  part: string;
  uploaded: number;
  arrived?: number;
  /** First and last labeling run that took it. */
  started?: number;
  lastStarted?: number;
  decided?: number;
  stored?: number;
  attempts: number;
}

/** The steps of an image between its upload and LabelsStored, as its events tell of them. */
export class Timeline {
  readonly images = new Map<string, ImageTimes>();
  readonly #byId = new Map<string, ImageTimes>();
  readonly #ofRun = new Map<string, ImageTimes[]>();
  readonly #s3: S3Client;
  readonly #finished: (() => void)[] = [];
  #open = 0;

  constructor(s3: S3Client) {
    this.#s3 = s3;
  }

  /** An upload begins. `part` tells images apart. */
  upload(part: string): void {
    this.images.set(part, { part, uploaded: Date.now(), attempts: 0 });
    this.#open++;
  }

  /** Resolves when every image has its outcome, and that is stored. */
  finished(): Promise<void> {
    return this.#open === 0 ? Promise.resolve() : new Promise((resolve) => this.#finished.push(resolve));
  }

  async hear(event: JournalEvent): Promise<void> {
    const at = Date.parse(event.metadata.occurredAt);
    switch (event.name) {
      case 'ImagesArrived':
        for (const { imageId, part } of await readClaim(this.#s3, event.data.images, imageRefSchema)) {
          const image = this.images.get(part);
          if (!image) continue;
          image.arrived ??= at;
          this.#byId.set(imageId, image);
        }
        return;
      case 'ImagesRejected': {
        const [refused] = await readClaim(this.#s3, event.data.images, rejectedImageSchema);
        throw new Error(`intake refused ${refused?.uri}: ${refused?.message}`);
      }
      case 'LabelingStarted':
        for (const { imageId, attempt } of await readClaim(this.#s3, event.data.images, labelingAttemptSchema)) {
          const image = this.#byId.get(imageId);
          if (!image) continue;
          image.started ??= at;
          image.lastStarted = at;
          image.attempts = attempt;
        }
        return;
      case 'LabelsApproved': {
        const outcomes = await readClaim(this.#s3, event.data.labels, labelOutcomeSchema);
        const approved = outcomes.filter(({ verdict }) => verdict === 'approved');
        this.#decide(event.data.runId, approved, at);
        return;
      }
      case 'LabelingFailed':
        this.#decide(event.data.runId ?? '', await readClaim(this.#s3, event.data.images, labelingFailureSchema), at);
        return;
      case 'LabelsStored':
        for (const image of this.#ofRun.get(event.data.runId) ?? []) this.#store(image, at);
    }
  }

  #decide(runId: string, decided: { imageId: string }[], at: number): void {
    const images = decided.flatMap(({ imageId }) => this.#byId.get(imageId) ?? []);
    for (const image of images) image.decided ??= at;
    this.#ofRun.set(runId, [...(this.#ofRun.get(runId) ?? []), ...images]);
  }

  #store(image: ImageTimes, at: number): void {
    if (image.stored === undefined) this.#open--;
    image.stored ??= at;
    if (this.#open === 0) for (const resolve of this.#finished.splice(0)) resolve();
  }
}
