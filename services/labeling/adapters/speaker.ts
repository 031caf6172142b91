import { catalogue } from '@assay/events';
import type { Publisher } from '@assay/events/publisher';
import type { Speaker } from '../domain/ports.ts';

/** The events of one run belong to one story: the run's. */
export function createSpeaker(publisher: Publisher): Speaker {
  return {
    async started(data) {
      await publisher.publish(catalogue.LabelingStarted, data, { correlationId: data.runId });
    },
    async approved(data) {
      await publisher.publish(catalogue.LabelsApproved, data, { correlationId: data.runId });
    },
    async failed(data) {
      await publisher.publish(catalogue.LabelingFailed, data, { correlationId: data.runId });
    },
  };
}
