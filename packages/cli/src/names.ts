/** What the stacks call their things. One place, so that a command never guesses. */
export function names(stage: string, account: string) {
  return {
    bus: `assay-${stage}`,
    archive: `assay-${stage}`,
    alarms: (service = '') => `assay-${stage}-${service}`,
    deadLetters: (service: string) => `assay-${stage}-${service}-dlq`,
    journal: `/aws/events/assay-${stage}`,
    imageBucket: `assay-${stage}-images-${account}`,
    claimBucket: `assay-${stage}-claims-${account}`,
    labelingBucket: `assay-${stage}-labeling-${account}`,
    labels: {
      catalog: 'AwsDataCatalog',
      database: `assay_${stage}_labels`,
      workGroup: `assay-${stage}-labels`,
      output: `s3://assay-${stage}-labels-${account}/query-results/`,
    },
    edgeBucket: `assay-${stage}-edge-${account}`,
    workteam: `assay-${stage}-inspectors`,
    pipeline: `assay-${stage}-training`,
    featureGroup: `assay-${stage}-labels`,
    modelPackageGroup: `assay-${stage}-detector`,
    deviceRoleAlias: `assay-${stage}-edge-device`,
    devicePolicy: `assay-${stage}-edge-device`,
    thingGroup: `assay-${stage}-line`,
  };
}

export type Names = ReturnType<typeof names>;

/** The thing name of the device that runs on the laptop. */
export const LAPTOP_DEVICE = 'assay-edge-1';

/** The services in the order in which they deploy: the bus first. */
export const SERVICES = [
  'event-bus',
  'image-intake',
  'labeling',
  'label-store',
  'training',
  'model-registry-watcher',
  'edge-deployer',
] as const;
