import { basename, extname } from 'node:path';
import { valid } from 'semver';
import { z } from 'zod';
import { isUsable } from './platform-pattern.ts';

/** The component types that are part of the nucleus: there is no process to start for them. */
const BUILT_IN_TYPES = ['aws.greengrass.plugin', 'aws.greengrass.nucleus'];

const stepSchema = z.union([
  z.string().transform((Script) => ({ Script })),
  z.object({
    Script: z.string(),
    RequiresPrivilege: z.union([z.boolean(), z.stringbool()]).optional(),
    Skipif: z.string().optional(),
    /** Seconds. */
    Timeout: z.coerce.number().positive().optional(),
    Setenv: z.record(z.string(), z.coerce.string()).optional(),
  }),
]);
export type LifecycleStep = { Script: string; Skipif?: string; Timeout?: number; Setenv?: Record<string, string> };

const lifecycleSchema = z
  .object({
    Setenv: z.record(z.string(), z.coerce.string()).optional(),
    Install: stepSchema.optional(),
    Run: stepSchema.optional(),
    Startup: stepSchema.optional(),
    Shutdown: stepSchema.optional(),
    Recover: stepSchema.optional(),
  })
  .refine((lifecycle) => !(lifecycle.Run && lifecycle.Startup), 'a lifecycle has Run or Startup, not both');
export type Lifecycle = z.infer<typeof lifecycleSchema>;

/** Artifacts, and what archives unpack to, lie in files and folders of their own names. */
const isFileAddress = (uri: string): boolean => {
  if (!URL.canParse(uri)) return false;
  const file = basename(new URL(uri).pathname);
  return ![file, basename(file, extname(file))].some((name) => ['', '.', '..'].includes(name));
};
const uriSchema = z.string().refine(isFileAddress, { error: 'is not the address of a file' });

const artifactSchema = z.object({
  URI: uriSchema,
  Digest: z.string().optional(),
  Algorithm: z.string().optional(),
  Unarchive: z.enum(['NONE', 'ZIP']).default('NONE'),
  Permission: z.object({ Read: z.string().optional(), Execute: z.string().optional() }).optional(),
});
export type Artifact = z.infer<typeof artifactSchema>;

const manifestSchema = z.object({
  Name: z.string().optional(),
  Platform: z.record(z.string(), z.string().refine(isUsable, 'is no regular expression')).default({}),
  Lifecycle: lifecycleSchema.default({}),
  Artifacts: z.array(artifactSchema).default([]),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** A component recipe, format 2020-01-25 ("AWS IoT Greengrass component recipe reference"). */
export const recipeSchema = z.object({
  RecipeFormatVersion: z.literal('2020-01-25'),
  // Both become names of folders on the device.
  ComponentName: z.string().regex(/^(?!\.\.?$)[a-zA-Z0-9._-]{1,128}$/),
  ComponentVersion: z.string().refine((version) => valid(version) === version, 'is not a semantic version'),
  ComponentType: z.string().default('aws.greengrass.generic'),
  ComponentConfiguration: z
    .object({ DefaultConfiguration: z.record(z.string(), z.unknown()).default({}) })
    .default({ DefaultConfiguration: {} }),
  ComponentDependencies: z
    .record(
      z.string(),
      z.object({ VersionRequirement: z.string(), DependencyType: z.enum(['HARD', 'SOFT']).default('HARD') }),
    )
    .default({}),
  Manifests: z.array(manifestSchema).default([]),
});
export type Recipe = z.infer<typeof recipeSchema>;

export const isBuiltIn = (recipe: Recipe): boolean => BUILT_IN_TYPES.includes(recipe.ComponentType);
