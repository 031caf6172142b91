import type { LabelledImage } from '@assay/dataset';
import { type Assignment, assignSplits } from './assign-splits.ts';
import { encodeLedger, type Ledger, sha256Of } from './ledger.ts';
import type { LedgerStore, StoredLedger } from './ledger-store.ts';

/** Trainings run one at a time; that so many others come between is a fault. */
const MOST_TRIES = 20;

export interface SplitOptions {
  /** The lineage's name. */
  readonly lineage: string;
  readonly asOf: string;
  readonly ledger: LedgerStore;
  /** Looks at an assignment before it is written. @throws Error when it must not be */
  readonly check: (assignment: Assignment) => Promise<void>;
  readonly log: (line: string) => void;
}

export interface SplitImages {
  readonly assignment: Assignment;
  /** The newest version, which says all of it and maybe more. */
  readonly stored: StoredLedger;
}

/**
 * Says where every image belongs, and writes it down for good before anything is made of it. Whoever does so again, or at the
 * same time with other labels, comes to the same: the first to write a version decides, the others go on from there.
 */
export async function splitImages(
  images: readonly LabelledImage[],
  joined: readonly (readonly string[])[],
  { lineage, asOf, ledger: store, check, log }: SplitOptions,
): Promise<SplitImages> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const latest = await store.latest();
    const version = (latest?.ledger.version ?? 0) + 1;
    const known = { entries: latest?.ledger.images ?? [], version, given: await isGiven(store, latest) };
    const assignment = assignSplits(images, joined, known);
    await check(assignment);
    if (latest !== undefined && !assignment.changed) return { assignment, stored: latest };
    const ledger: Ledger = {
      format: 'assay.splits/1',
      lineage,
      version,
      previous: latest?.sha256 ?? null,
      asOf,
      images: [...assignment.entries],
    };
    if (await store.add(ledger)) {
      log(`wrote version ${version} of the splits of lineage ${lineage}`);
      return { assignment, stored: { ledger, sha256: sha256Of(encodeLedger(ledger)) } };
    }
    log(`another job wrote version ${version} of the splits of lineage ${lineage}: going on from there`);
  }
  throw new Error(`The splits of lineage ${lineage} were written by others ${MOST_TRIES} times. Train again.`);
}

/** Only the first version can have been brought along, and it says so for all that come after it. */
async function isGiven(store: LedgerStore, latest: StoredLedger | undefined): Promise<boolean> {
  const first = latest === undefined || latest.ledger.version === 1 ? latest : await store.version(1);
  return first?.ledger.given ?? false;
}
