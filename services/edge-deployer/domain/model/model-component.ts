/** The Greengrass component that carries a model to the devices. */
export const MODEL_COMPONENT = 'com.assay.model';

/** The Greengrass component that inspects with it. */
export const INSPECTOR_COMPONENT = 'com.assay.inspector';

/** Component versions are semantic versions; a model package's version is its last number. */
export function modelVersionOf(modelPackageVersion: number): string {
  return `1.0.${modelPackageVersion}`;
}

/**
 * The recipe: two files and no code. The inspector depends on this component and reads them from
 * `{com.assay.model:artifacts:path}`; being a hard dependency, it is restarted with every new model.
 */
export function modelRecipe(modelPackageVersion: number, modelPackageArn: string, artifactUris: readonly string[]) {
  return {
    RecipeFormatVersion: '2020-01-25',
    ComponentName: MODEL_COMPONENT,
    ComponentVersion: modelVersionOf(modelPackageVersion),
    ComponentType: 'aws.greengrass.generic',
    ComponentDescription: `The model package ${modelPackageArn}`,
    ComponentPublisher: 'Assay',
    ComponentConfiguration: { DefaultConfiguration: { modelPackageArn } },
    Manifests: [
      {
        Platform: { os: '*' },
        Lifecycle: {},
        Artifacts: artifactUris.map((URI) => ({
          URI,
          Unarchive: 'NONE',
          Permission: { Read: 'ALL', Execute: 'NONE' },
        })),
      },
    ],
  };
}

/** `major.minor.patch` versions, the highest first. */
export function newestFirst(versions: readonly string[]): string[] {
  const numbers = (version: string): number[] => version.split('.').map(Number);
  return versions.toSorted((a, b) => {
    const [left, right] = [numbers(a), numbers(b)];
    const index = left.findIndex((number, at) => number !== right[at]);
    return index < 0 ? 0 : (right[index] ?? 0) - (left[index] ?? 0);
  });
}
