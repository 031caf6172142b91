import { z } from 'zod';
import type { Platform } from '../recipe/platform.ts';
import { type Recipe, recipeSchema } from '../recipe/recipe.ts';
import type { DeviceClient } from './https.ts';

const answerSchema = z.object({
  resolvedComponentVersions: z.array(
    z.object({ componentName: z.string(), componentVersion: z.string(), recipe: z.base64() }),
  ),
});

/** Who asks for a component → which versions suit them (npm-style range). */
export type VersionRequirements = Record<string, string>;

/** Finds the version of a component that suits all requirements, with its recipe. */
export type ResolveComponent = (name: string, requirements: VersionRequirements) => Promise<Recipe>;

/** Asks the Greengrass data plane (`ResolveComponentCandidates`) one component at a time. */
export function componentResolver(client: DeviceClient, platform: Platform): ResolveComponent {
  return async (name, versionRequirements) => {
    const answer = answerSchema.parse(
      await client.send({
        method: 'POST',
        path: '/greengrass/v2/resolveComponentCandidates',
        body: {
          platform: { name: 'core', attributes: platform },
          componentCandidates: [{ componentName: name, versionRequirements }],
        },
      }),
    );
    const found = answer.resolvedComponentVersions.find((candidate) => candidate.componentName === name);
    if (!found) throw new Error(`the cloud has no version of ${name} for ${JSON.stringify(versionRequirements)}`);
    return recipeSchema.parse(JSON.parse(Buffer.from(found.recipe, 'base64').toString('utf8')));
  };
}
