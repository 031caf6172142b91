/** A photograph of which nobody has said what it is of. */
export interface LoosePhotograph {
  readonly imageId: string;
  readonly station: string;
  /** When it was taken, ISO: by the camera, not by a file's or an upload's time. */
  readonly capturedAt: string;
}

/** Photographs that are taken so close to each other, in milliseconds, are of one burst, */
const CLOSE = 2000;
/** which lasts so long at most: a line that never pauses isn't one burst. */
const LONGEST = 10_000;

/**
 * Photographs of one station that were taken one right after the other: of one thing, as far as can be known.
 *
 * @returns the ids of each burst of several, in the order of time
 */
export function burstsAmong(photographs: readonly LoosePhotograph[]): string[][] {
  const bursts: string[][] = [];
  for (const ofStation of Map.groupBy(photographs, ({ station }) => station).values()) {
    const taken = ofStation
      .map(({ imageId, capturedAt }) => ({ imageId, time: Date.parse(capturedAt) }))
      .sort((a, b) => a.time - b.time || (a.imageId < b.imageId ? -1 : 1));
    let first = Number.NEGATIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (const { imageId, time } of taken) {
      if (time - last <= CLOSE && time - first <= LONGEST) bursts.at(-1)?.push(imageId);
      else {
        bursts.push([imageId]);
        first = time;
      }
      last = time;
    }
  }
  return bursts.filter(({ length }) => length > 1).sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}
