import type { Operation } from '../../kernel/service.ts';
import { resolve } from '../components.ts';
import { notFound } from '../errors.ts';
import { type Greengrass, versionArn } from '../state.ts';

/** What a core device asks while it works out a deployment: a version of each component that suits all who require it. */
export const resolveComponentCandidates: Operation<'greengrassv2', 'ResolveComponentCandidates', Greengrass> = (
  { platform, componentCandidates = [] },
  { region },
  greengrass,
) => ({
  resolvedComponentVersions: componentCandidates.map(
    ({ componentName = '', componentVersion, versionRequirements = {} }) => {
      const candidate = {
        name: componentName,
        present: componentVersion,
        requirements: Object.values(versionRequirements),
      };
      const found = resolve(greengrass, candidate, platform?.attributes ?? {});
      if (!found) throw notFound('component', `${componentName} (${JSON.stringify(versionRequirements)})`);
      const { recipe, isPublic } = found;
      const own = versionArn(greengrass.kernel, componentName, recipe.ComponentVersion);
      return {
        arn: isPublic
          ? `arn:aws:greengrass:${region}:aws:components:${componentName}:versions:${recipe.ComponentVersion}`
          : own,
        componentName,
        componentVersion: recipe.ComponentVersion,
        recipe: Buffer.from(JSON.stringify(recipe)),
        vendorGuidance: 'ACTIVE' as const,
      };
    },
  ),
});
