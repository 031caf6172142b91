import { describe, expect, it } from 'vitest';
import { parseYoloLabels } from './yolo-labels.ts';

describe('YOLO labels', () => {
  it('are a line an object; an empty file shows none', () => {
    expect(parseYoloLabels('1 0.5 0.25 0.1 0.2\n', 'a.txt', 2)).toEqual([
      { classId: 1, centreX: 0.5, centreY: 0.25, width: 0.1, height: 0.2 },
    ]);
    expect(parseYoloLabels('\n', 'a.txt', 2)).toEqual([]);
  });

  it.each([
    ['0 0.5 0.5 0.1', /line 1 of a\.txt isn't five numbers/],
    ['0 0.5 0.5 0.1 x', /isn't five numbers/],
    ['0 0.5 0.5 0.1 0.1\n2 0.5 0.5 0.1 0.1', /line 2 of a\.txt has class 2; there are 2/],
    ['0.5 0.5 0.5 0.1 0.1', /has class 0\.5/],
    ['0 1.5 0.5 0.1 0.1', /outside of the image/],
    ['0 0.5 0.5 0 0.1', /no area/],
  ])('are refused when they say %j', (text, reason) => {
    expect(() => parseYoloLabels(text, 'a.txt', 2)).toThrow(reason);
  });
});
