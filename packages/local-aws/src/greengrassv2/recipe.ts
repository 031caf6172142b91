import { valid, validRange } from 'semver';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';

const artifactSchema = z.looseObject({
  URI: z.string(),
  Digest: z.string().optional(),
  Algorithm: z.string().optional(),
  Unarchive: z.enum(['NONE', 'ZIP']).optional(),
});

const stepSchema = z.union([
  z.string(),
  z.strictObject({
    Script: z.string(),
    RequiresPrivilege: z.union([z.boolean(), z.string()]).optional(),
    Skipif: z.string().optional(),
    Timeout: z.union([z.number(), z.string()]).optional(),
    Setenv: z.record(z.string(), z.unknown()).optional(),
  }),
]);

const lifecycleSchema = z
  .strictObject({
    Setenv: z.record(z.string(), z.unknown()).optional(),
    Install: stepSchema.optional(),
    Run: stepSchema.optional(),
    Startup: stepSchema.optional(),
    Shutdown: stepSchema.optional(),
    Recover: stepSchema.optional(),
  })
  .refine((lifecycle) => !(lifecycle.Run && lifecycle.Startup), 'Run and Startup exclude each other');

/** An attribute of a platform may be given as `/regular expression/`. Throws on a broken one. */
function patternOf(value: string): RegExp | undefined {
  const pattern = /^\/(.+)\/$/s.exec(value)?.[1];
  return pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`);
}

function isUsable(value: string): boolean {
  try {
    patternOf(value);
    return true;
  } catch {
    return false;
  }
}

const manifestSchema = z.strictObject({
  Name: z.string().optional(),
  Platform: z.record(z.string(), z.string().refine(isUsable, 'not a regular expression')).optional(),
  Lifecycle: lifecycleSchema.optional(),
  Artifacts: z.array(artifactSchema).optional(),
});

/** "AWS IoT Greengrass component recipe reference"; of it, what a manifest with scripts and S3 artifacts needs. */
const recipeSchema = z.strictObject({
  RecipeFormatVersion: z.literal('2020-01-25'),
  ComponentName: z.string().regex(/^(?!\.+$)[a-zA-Z0-9._-]{1,128}$/),
  ComponentVersion: z
    .string()
    .max(64)
    .refine((version) => valid(version) === version, 'not a semantic version'),
  ComponentType: z.enum(['aws.greengrass.generic', 'aws.greengrass.plugin', 'aws.greengrass.nucleus']).optional(),
  ComponentDescription: z.string().optional(),
  ComponentPublisher: z.string().optional(),
  ComponentConfiguration: z
    .strictObject({ DefaultConfiguration: z.record(z.string(), z.unknown()).optional() })
    .optional(),
  ComponentDependencies: z
    .record(
      z.string(),
      z.strictObject({
        VersionRequirement: z.string().refine((range) => validRange(range) !== null, 'not a range of versions'),
        DependencyType: z.enum(['HARD', 'SOFT']).optional(),
      }),
    )
    .optional(),
  Manifests: z.array(manifestSchema).min(1),
});
export type Recipe = z.infer<typeof recipeSchema>;

/** Reads and checks a recipe in JSON or YAML. */
export function parseRecipe(text: string): Recipe {
  let value: unknown;
  try {
    value = text.trimStart().startsWith('{') ? JSON.parse(text) : parseYaml(text, { logLevel: 'error' });
  } catch (error) {
    throw refused(`it is neither JSON nor YAML: ${String(error)}`);
  }
  const parsed = recipeSchema.safeParse(value);
  if (!parsed.success) throw refused(z.prettifyError(parsed.error));
  const recipe = parsed.data;
  if (recipe.ComponentName.startsWith('aws.greengrass.'))
    throw refused('names that begin with aws.greengrass. are reserved');
  for (const manifest of recipe.Manifests) {
    const names = (manifest.Artifacts ?? []).map(({ URI }) => URI.slice(URI.lastIndexOf('/') + 1));
    if (new Set(names).size < names.length) throw refused('artifacts of a manifest must have different file names');
    for (const { URI } of manifest.Artifacts ?? [])
      if (!/^s3:\/\/[^/]+\/(.+\/)?(?!\.+$)[^/]+$/.test(URI)) throw refused(`artifact ${URI} is not in S3`);
  }
  return recipe;
}

/** The `os` and `architecture` of each manifest, as ListComponents shows them. */
export function platformsOf(recipe: Recipe): { name?: string; attributes: Record<string, string> }[] {
  return recipe.Manifests.map(({ Name: name, Platform: attributes = {} }) => ({ ...(name && { name }), attributes }));
}

/** Whether one of the recipe's manifests is for a device of these attributes. */
export function supports(recipe: Recipe, device: Record<string, string>): boolean {
  return recipe.Manifests.some(({ Platform: wanted = {} }) =>
    Object.entries(wanted).every(([attribute, value]) => {
      const actual = device[attribute];
      if (value === '*') return true;
      if (actual === undefined) return false;
      return patternOf(value)?.test(actual) ?? value === actual;
    }),
  );
}

const refused = (why: string) =>
  new AwsError('ValidationException', `The recipe is not valid: ${why}`, {
    status: 400,
    extra: { reason: 'CANNOT_PARSE' },
  });
