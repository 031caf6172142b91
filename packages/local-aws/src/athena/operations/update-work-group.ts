import type { Operation } from '../../kernel/service.ts';
import { type Athena, requireWorkGroup } from '../state.ts';

export const updateWorkGroup: Operation<'athena', 'UpdateWorkGroup', Athena> = (
  { WorkGroup, Description, State, ConfigurationUpdates: updates = {} },
  _request,
  athena,
) => {
  const found = requireWorkGroup(athena, WorkGroup);
  const {
    EnforceWorkGroupConfiguration,
    PublishCloudWatchMetricsEnabled,
    ResultConfigurationUpdates: result,
  } = updates;
  const { OutputLocation, EncryptionConfiguration } = result ?? {};
  athena.workGroups.put(found.name, {
    ...found,
    ...(Description !== undefined && { description: Description }),
    state: State ?? found.state,
    configuration: {
      ...found.configuration,
      ...(EnforceWorkGroupConfiguration !== undefined && { EnforceWorkGroupConfiguration }),
      ...(PublishCloudWatchMetricsEnabled !== undefined && { PublishCloudWatchMetricsEnabled }),
      ...(result && {
        ResultConfiguration: {
          ...found.configuration.ResultConfiguration,
          ...(OutputLocation !== undefined && { OutputLocation }),
          ...(EncryptionConfiguration && { EncryptionConfiguration }),
        },
      }),
    },
  });
  return {};
};
