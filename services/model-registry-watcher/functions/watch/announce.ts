import { catalogue } from '@assay/events';
import type { Publisher } from '@assay/events/publisher';
import { PermanentError } from '@assay/lambda-kit';
import type { ModelPackage } from '../../domain/verdict.ts';
import type { WatchPorts } from '../../domain/watch.ts';

/** Says a verdict on the bus; the story of a model goes under its package's ARN. */
export function announcements(publisher: Publisher): Pick<WatchPorts, 'sayApproved' | 'sayRejected'> {
  return {
    async sayApproved(model) {
      const { modelUri, changedBy: approvedBy, description, map50, snapshotUri } = model;
      if (modelUri === undefined) {
        throw new PermanentError(
          'package-without-model',
          `${model.arn} has no ModelDataUrl; register the model's artifact`,
        );
      }
      const data = { ...identity(model), modelUri, approvedBy, description, map50, snapshotUri };
      await publisher.publish(catalogue.ModelApproved, data, { correlationId: model.arn });
    },
    async sayRejected(model) {
      const data = { ...identity(model), rejectedBy: model.changedBy, description: model.description };
      await publisher.publish(catalogue.ModelRejected, data, { correlationId: model.arn });
    },
  };
}

function identity({ arn, group, version }: ModelPackage) {
  return { modelPackageArn: arn, modelPackageGroup: group, modelPackageVersion: version };
}
