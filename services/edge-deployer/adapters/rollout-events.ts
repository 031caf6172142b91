import { catalogue } from '@assay/events';
import type { Publisher } from '@assay/events/publisher';
import type { LinePorts } from '../domain/line/advance.ts';
import { type Line, modelOf, type Rollout } from '../domain/line/line.ts';
import { modelVersionOf } from '../domain/model/model-component.ts';

/** Says how a rollout goes, as part of the story that the decision about its model began. */
export function rolloutEvents(publisher: Publisher): Pick<LinePorts, 'sayStarted' | 'sayEnded'> {
  return {
    async sayStarted(line, rollout) {
      const { inspectorVersion, targets, cause: causedBy } = rollout;
      if (inspectorVersion === undefined || targets === undefined) throw incomplete(rollout);
      await publisher.publish(
        catalogue.RolloutStarted,
        { ...identity(line, rollout), inspectorVersion, targets },
        { causedBy },
      );
    },

    async sayEnded(line, rollout) {
      const { devices, deviceCounts, reason, rolledBackTo, cause: causedBy } = rollout;
      const data = { ...identity(line, rollout), devices: [...devices], deviceCounts };
      if (rollout.state === 'completed') {
        await publisher.publish(catalogue.RolloutCompleted, data, { causedBy });
        return;
      }
      if (reason === undefined) throw incomplete(rollout);
      await publisher.publish(catalogue.RolloutRolledBack, { ...data, reason, rolledBackTo }, { causedBy });
    },
  };
}

function identity(line: Line, rollout: Rollout) {
  const { deploymentId, modelPackageVersion } = rollout;
  const modelPackageArn = modelOf(line, modelPackageVersion)?.modelPackageArn;
  if (deploymentId === undefined || modelPackageArn === undefined) throw incomplete(rollout);
  return {
    deploymentId,
    modelPackageArn,
    modelVersion: modelVersionOf(modelPackageVersion),
    thingGroup: line.thingGroup,
  };
}

function incomplete(rollout: Rollout): Error {
  return new Error(`the rollout ${rollout.id} is ${rollout.state} but lacks what its event tells`);
}
