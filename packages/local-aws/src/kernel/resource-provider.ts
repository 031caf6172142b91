import type { z } from 'zod';
import type { Caller } from './caller.ts';
import type { Kernel } from './kernel.ts';

/** What a provider knows while it makes, changes or removes one resource of a stack. */
export interface ResourceContext {
  kernel: Kernel;
  /** The caller who deploys: calls are made in their name. */
  caller: Caller;
  stackName: string;
  stackId: string;
  logicalId: string;
  /**
   * True when a crash interrupted the same step before, under the same names: what it was to make may be there already. Only
   * a provider whose step takes more than one commit has to mind.
   */
  repeated: boolean;
  /** A unique name in CloudFormation's manner, `<stack>-<logical id>-<random>`, cut to `longest` characters; `lower` for S3. */
  physicalName(longest?: number, lower?: boolean): string;
}

export interface ResourceState {
  /** What `Ref` gives. */
  physicalId: string;
  /** What `Fn::GetAtt` gives. */
  attributes: Record<string, string>;
}

/**
 * A CloudFormation resource type. The template's properties arrive resolved (no intrinsic functions) and parsed by
 * `properties`, a strict schema: an unknown property fails the deploy by name.
 */
export interface ResourceProvider<Properties = unknown> {
  properties: z.ZodType<Properties>;
  create(properties: Properties, context: ResourceContext): Promise<ResourceState>;
  /** Absent: every change replaces the resource. */
  update?(
    state: ResourceState,
    next: Properties,
    previous: Properties,
    context: ResourceContext,
  ): Promise<ResourceState>;
  /** True when this change cannot be made in place ("Update requires: Replacement"). */
  replaces?(next: Properties, previous: Properties): boolean;
  /** Must accept that the resource is gone already. */
  delete(state: ResourceState, properties: Properties, context: ResourceContext): Promise<void>;
}

/** Keeps the provider's own types while the registry holds all providers alike. */
export function resourceProvider<Properties>(provider: ResourceProvider<Properties>): ResourceProvider {
  return {
    properties: provider.properties,
    create: (properties, context) => provider.create(provider.properties.parse(properties), context),
    ...(provider.update && {
      update: (state, next, previous, context) =>
        provider.update?.(state, provider.properties.parse(next), provider.properties.parse(previous), context) ??
        Promise.resolve(state),
    }),
    ...(provider.replaces && {
      replaces: (next, previous) =>
        provider.replaces?.(provider.properties.parse(next), provider.properties.parse(previous)) ?? false,
    }),
    delete: (state, properties, context) => provider.delete(state, provider.properties.parse(properties), context),
  };
}
