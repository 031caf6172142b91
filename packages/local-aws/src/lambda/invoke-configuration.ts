import type { Collection } from '../kernel/store.ts';

/** How asynchronous invocations of a function are retried, and where their outcome goes. */
export interface InvokeConfiguration {
  /** As the API names the function. */
  functionArn: string;
  maximumRetryAttempts?: number;
  /** Seconds. */
  maximumEventAge?: number;
  onSuccess?: string;
  onFailure?: string;
  /** Milliseconds since the epoch. */
  lastModified: number;
}

export type InvokeConfigurations = Collection<InvokeConfiguration>;

/** Configurations are per function and version; `$LATEST` when none was named. */
export const configurationKey = (name: string, qualifier = '$LATEST'): string => `${name}:${qualifier}`;
