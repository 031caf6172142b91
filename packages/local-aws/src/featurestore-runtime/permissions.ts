import type { Kernel } from '../kernel/kernel.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';
import type { RuntimeState } from './state.ts';

const group = (kernel: Kernel, nameOrArn: string | undefined) =>
  (nameOrArn?.startsWith('arn:') ? nameOrArn : kernel.arn('sagemaker', `feature-group/${nameOrArn}`)).toLowerCase();
const record = ({ FeatureGroupName }: { FeatureGroupName?: string | undefined }, kernel: Kernel) =>
  group(kernel, FeatureGroupName);

export const featureStoreAuthorization: ServiceAuthorization<'featurestore-runtime', RuntimeState> = {
  prefix: 'sagemaker',
  permissions: {
    BatchGetRecord: ({ Identifiers = [] }, kernel) => [
      ...new Set(Identifiers.map(({ FeatureGroupName }) => group(kernel, FeatureGroupName))),
    ],
    DeleteRecord: record,
    GetRecord: record,
    PutRecord: record,
  },
};
