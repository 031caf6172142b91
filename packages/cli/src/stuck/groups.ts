import type { DeadLetter } from './dead-letter.ts';

/** Dead letters that got stuck at one place for one reason. */
export interface Group {
  letters: DeadLetter[];
  firstAt?: string;
  lastAt?: string;
  /** The least and the most that one of them was tried. */
  attempts?: { least: number; most: number };
}

/** What differs between two failures of one kind: ids, digests, numbers, quoted values. */
const PARTICULARS = /[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{12,}\b|s3:\/\/\S+|arn:\S+|\d+/gi;

/** Puts together what is alike; the largest group first. */
export function groupAlike(letters: readonly DeadLetter[]): Group[] {
  const groups = Map.groupBy(letters, ({ service, place, reason, event }) =>
    JSON.stringify([service, place, reason.code, reason.message.replace(PARTICULARS, '…'), event.name]),
  );
  return [...groups.values()].map(toGroup).sort((a, b) => b.letters.length - a.letters.length);
}

function toGroup(letters: DeadLetter[]): Group {
  const firsts = letters.flatMap(({ firstAt }) => firstAt ?? []).sort();
  const lasts = letters.flatMap(({ lastAt }) => lastAt ?? []).sort();
  const attempts = letters.flatMap((letter) => letter.attempts ?? []);
  return {
    letters,
    firstAt: firsts[0],
    lastAt: lasts.at(-1),
    attempts: attempts.length > 0 ? { least: Math.min(...attempts), most: Math.max(...attempts) } : undefined,
  };
}
