import { describe, expect, it } from 'vitest';
import { burstsAmong } from './bursts.ts';

const taken = (imageId: string, seconds: number, station = 's1') => ({
  imageId,
  station,
  capturedAt: new Date(1e12 + 1000 * seconds).toISOString(),
});

describe('burstsAmong', () => {
  it('finds photographs of one station that were taken right after each other, in whatever order they come', () => {
    const photographs = [taken('b', 2), taken('a', 0), taken('d', 30), taken('c', 4), taken('e', 60), taken('f', 61)];
    const bursts = [
      ['a', 'b', 'c'],
      ['e', 'f'],
    ];
    expect(burstsAmong(photographs)).toEqual(bursts);
    expect(burstsAmong(photographs.toReversed())).toEqual(bursts);
  });

  it('keeps stations apart', () => {
    expect(burstsAmong([taken('a', 0), taken('b', 1, 's2')])).toEqual([]);
  });

  it('takes no line that never pauses for one burst', () => {
    const bursts = burstsAmong(Array.from({ length: 33 }, (_, second) => taken(String(100 + second), second)));
    expect(bursts.map(({ length }) => length)).toEqual([11, 11, 11]);
  });
});
