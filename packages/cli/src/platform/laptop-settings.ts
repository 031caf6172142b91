/**
 * What `assay up` sets differently from a line in earnest, and `assay deploy` when it deploys one of its services again: one
 * person's mark is enough on a laptop. Whoever has more people says so in the environment.
 */
export function laptopSettings(environment: NodeJS.ProcessEnv): Record<string, string> {
  return { ASSAY_LABELING_WORKERS: environment.ASSAY_LABELING_WORKERS ?? '1' };
}
