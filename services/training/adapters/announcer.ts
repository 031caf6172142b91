import { catalogue } from '@assay/events';
import type { Publisher } from '@assay/events/publisher';
import type { Announcer } from '../domain/ports.ts';

/** Tells of trainings on the bus. */
export function announcer(publisher: Publisher): Announcer {
  return {
    started: ({ reason, asOf, approvedLabels, cause }, pipelineExecutionArn) =>
      publisher.publish(
        catalogue.TrainingStarted,
        { pipelineExecutionArn, reason, asOf, approvedLabels },
        { causedBy: cause },
      ),
    async concluded(outcome, causedBy) {
      if (outcome.kind === 'trained') await publisher.publish(catalogue.ModelTrained, outcome.data, { causedBy });
      else await publisher.publish(catalogue.TrainingFailed, outcome.data, { causedBy });
    },
  };
}
