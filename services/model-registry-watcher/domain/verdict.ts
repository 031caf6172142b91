/** What the registry says about a model package now. */
export interface ModelPackage {
  readonly arn: string;
  readonly group: string;
  readonly version: number;
  readonly ready: boolean;
  readonly approval: 'approved' | 'rejected' | 'pending';
  /** The package's `model.tar.gz`. */
  readonly modelUri?: string;
  /** Who changed it last, as far as the registry knows. */
  readonly changedBy?: string;
  readonly description?: string;
  readonly map50?: number;
  readonly snapshotUri?: string;
}

/**
 * What we last made of a package. `announcing` means that somebody is saying it at the moment; when `since` is long ago,
 * they died while saying it.
 */
export interface KnownVerdict {
  readonly verdict: 'approved' | 'rejected';
  readonly phase: 'announcing' | 'announced';
  readonly since: string;
}

/** In milliseconds; longer than a function can take to publish, shorter than Lambda's first retry. */
const LEASE = 45_000;

export type Decision =
  /** Nothing changed that anyone has to hear about. */
  | 'nothing'
  /** Another delivery is saying it; come back to see whether it did. */
  | 'wait'
  /** Claim it, say it, mark it. */
  | 'announce';

/**
 * An approval is said once. A rejection is said once, of a package that had been approved: of any other, nobody ever
 * heard. An approval that follows a rejection is news again. While somebody still speaks, the opposite waits as well: who
 * hears both goes by the time at which they were said, and the older verdict would come last.
 */
export function decide(current: ModelPackage, known: KnownVerdict | undefined, now: Date): Decision {
  if (!current.ready || current.approval === 'pending') return 'nothing';
  if (known === undefined) return current.approval === 'rejected' ? 'nothing' : 'announce';
  if (known.phase === 'announcing') return now.getTime() - Date.parse(known.since) < LEASE ? 'wait' : 'announce';
  return known.verdict === current.approval ? 'nothing' : 'announce';
}
