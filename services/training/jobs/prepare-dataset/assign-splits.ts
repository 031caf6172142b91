import type { LabelledImage, Split } from '@assay/dataset';
import { Balance, type Contents } from './balance.ts';
import { type Group, groupsOf, partOf } from './groups.ts';
import type { Exclusion, LedgerEntry } from './ledger.ts';

type Place = LedgerEntry['split'];

/** What is once in one of these stays there; what shows the same has to leave those after it. */
const MOST_PROTECTED: readonly Place[] = ['test', 'validation', 'train', 'excluded'];
/** With the first three groups every split has something, and with the first three of defective parts a defect, however few there are. */
const OPENING: readonly Split[] = ['train', 'test', 'validation'];

const FIRST_VERSION = 1;

/** Later than every instant, as text. */
const LAST = '~';

export interface Known {
  /** Of the version before; empty for the first. */
  readonly entries: readonly LedgerEntry[];
  /** Of the version that this makes. */
  readonly version: number;
  /** The first version was brought along, and nothing of it is excluded: see `given` in the ledger. */
  readonly given: boolean;
}

export interface Assignment {
  /** Groups of the images of now, with what the ledger knows of their parts. */
  readonly groups: readonly Group[];
  /** Every image that the lineage has ever seen, ordered by id. */
  readonly entries: readonly LedgerEntry[];
  /** Whether an entry is new or another than before. */
  readonly changed: boolean;
}

/**
 * Says where every image belongs. What is known stays where it is. New groups are taken in the order in which they first
 * appeared, each to where its boxes and defect-free images are lacking, so that a later one never moves an earlier one.
 *
 * A group never straddles splits. New photographs of a known group go where it is; not into the test set, which is frozen and
 * grows by new groups only. When images turn out to show the same that came into different splits, the test set keeps
 * its own, then validation; the others are excluded from then on. What was brought along keeps its place before all others,
 * and where it leaks within itself it is left for the check to refuse.
 *
 * @param joined images of one thing, whatever parts they are said to be of
 */
export function assignSplits(
  images: readonly LabelledImage[],
  joined: readonly (readonly string[])[],
  known: Known,
): Assignment {
  const before = new Map(known.entries.map((entry) => [entry.imageId, entry]));
  const now = new Map(images.map((image) => [image.imageId, image]));
  const groups = groupsOf([...gone(known.entries, now), ...images], links(joined, known.entries));
  const after = new Map(before);
  const put = (imageId: string, split: Place, because?: Exclusion) => {
    const image = now.get(imageId);
    const part = before.get(imageId)?.part ?? (image === undefined ? '' : partOf(image));
    after.set(imageId, { imageId, part, split, since: known.version, ...(because && { because }) });
  };

  const balance = new Balance();
  const opened = new Set<Place>();
  const withDefects = new Set<Place>();
  const fill = (split: Split, content: readonly LabelledImage[]) => {
    opened.add(split);
    if (content.some(isDefective)) withDefects.add(split);
    balance.add(split, contentsOf(content));
  };
  for (const { images: members } of groups) {
    const entries = members.flatMap((imageId) => before.get(imageId) ?? []);
    const given = entries.filter(({ since }) => known.given && since === FIRST_VERSION);
    const keeper = mostProtected(given.filter(({ split }) => split !== 'excluded')) ?? mostProtected(entries);
    if (keeper === undefined) continue;
    const { split } = keeper;
    for (const entry of entries)
      if (entry.split !== split && entry.split !== 'excluded' && !given.includes(entry))
        put(entry.imageId, 'excluded', { rule: 'shows-what-is-tested', of: keeper.imageId });
    for (const imageId of members) {
      if (before.has(imageId)) continue;
      if (split === 'test') put(imageId, 'excluded', { rule: 'test-set-frozen', of: keeper.imageId });
      else if (split === 'excluded') put(imageId, split, { rule: 'shows-what-is-excluded', of: keeper.imageId });
      else put(imageId, split);
    }
    const present = members.flatMap((imageId) => now.get(imageId) ?? []);
    const kept = present.filter(({ imageId }) => after.get(imageId)?.split === split);
    if (split !== 'excluded' && kept.length > 0) fill(split, kept);
  }
  for (const { name, images: members } of groups) {
    if (members.some((imageId) => before.has(imageId))) continue;
    const content = members.flatMap((imageId) => now.get(imageId) ?? []);
    const lacking = (have: ReadonlySet<Place>) => OPENING.find((place) => !have.has(place));
    const split =
      lacking(opened) ??
      (content.some(isDefective) ? lacking(withDefects) : undefined) ??
      balance.choose(name, contentsOf(content));
    fill(split, content);
    for (const imageId of members) put(imageId, split);
  }
  return {
    groups,
    entries: [...after.values()].sort((a, b) => (a.imageId < b.imageId ? -1 : 1)),
    changed: [...after].some(([imageId, entry]) => before.get(imageId) !== entry),
  };
}

function mostProtected(entries: readonly LedgerEntry[]): LedgerEntry | undefined {
  return MOST_PROTECTED.flatMap((place) => entries.find(({ split }) => split === place) ?? [])[0];
}

/**
 * Images that have no approved label now, or none yet as of this instant: their parts are known all the same. They come after all
 * others, so that a group is called by what is there.
 */
function gone(entries: readonly LedgerEntry[], now: ReadonlyMap<string, LabelledImage>) {
  return entries.flatMap(({ imageId, part }) => {
    const [station = '', ...rest] = part.split('/');
    return now.has(imageId) ? [] : [{ imageId, station, part: rest.join('/'), groupSince: LAST }];
  });
}

/** What belongs together now, by pixels or bursts, and what had to be excluded for such a reason before. */
function links(joined: readonly (readonly string[])[], entries: readonly LedgerEntry[]) {
  const ofNow = joined.flatMap(([first = '', ...others]) => others.map((other): [string, string] => [first, other]));
  const ofBefore = entries.flatMap(({ imageId, because }): [string, string][] =>
    because === undefined ? [] : [[imageId, because.of]],
  );
  return [...ofNow, ...ofBefore];
}

const isDefective = ({ boxes }: LabelledImage): boolean => boxes.length > 0;

function contentsOf(images: readonly LabelledImage[]): Contents {
  const contents: Record<string, number> = { groups: 1 };
  const count = (name: string) => {
    contents[name] = (contents[name] ?? 0) + 1;
  };
  for (const { boxes } of images) {
    if (boxes.length === 0) count('images without a defect');
    for (const { classId } of boxes) count(`boxes of class ${classId}`);
  }
  return contents;
}
