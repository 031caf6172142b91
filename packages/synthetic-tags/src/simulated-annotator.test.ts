import { describe, expect, it } from 'vitest';
import { type DefectBox, simulatedAnnotator } from './index.ts';

const truths: DefectBox[] = [
  { left: 100, top: 80, width: 60, height: 40, className: 'scratch' },
  { left: 300, top: 200, width: 50, height: 50, className: 'dent' },
];
const image = { name: 'tag-001-1.jpg', width: 640, height: 480 };
const careful = { seed: 1, name: 'ada', boxNoise: 0.02, missRate: 0, falseRate: 0 };

describe('simulated annotator', () => {
  it('draws the same boxes for the same image, and others at another attempt or by another name', () => {
    const ada = simulatedAnnotator(careful);
    expect(ada.annotate(truths, image)).toEqual(ada.annotate(truths, image));
    expect(ada.annotate(truths, { ...image, attempt: 2 })).not.toEqual(ada.annotate(truths, image));
    expect(simulatedAnnotator({ ...careful, name: 'bob' }).annotate(truths, image)).not.toEqual(
      ada.annotate(truths, image),
    );
  });

  it('is exact without noise', () => {
    expect(simulatedAnnotator({ ...careful, boxNoise: 0 }).annotate(truths, image)).toEqual(truths);
  });

  it('overlooks and imagines objects at the stated rates', () => {
    const blind = simulatedAnnotator({ ...careful, missRate: 1, falseRate: 1 });
    expect(blind.annotate(truths, image)).toHaveLength(1);
    const sloppy = simulatedAnnotator({ ...careful, missRate: 0.2 });
    const drawn = Array.from({ length: 500 }, (_, i) => sloppy.annotate(truths, { ...image, name: `${i}` }).length);
    expect(drawn.reduce((sum, count) => sum + count, 0) / 1000).toBeCloseTo(0.8, 1);
  });

  it('keeps boxes within the image, in whole pixels', () => {
    const wild = simulatedAnnotator({ ...careful, boxNoise: 3, falseRate: 1 });
    for (let i = 0; i < 200; i++) {
      for (const { left, top, width, height } of wild.annotate(truths, { ...image, name: `${i}` })) {
        expect([left, top, width, height].every(Number.isInteger)).toBe(true);
        expect(left >= 0 && top >= 0 && width > 0 && height > 0).toBe(true);
        expect(left + width <= 640 && top + height <= 480).toBe(true);
      }
    }
  });

  it('verifies boxes as correct, missed or inaccurate', () => {
    const { verify } = simulatedAnnotator(careful);
    const [scratch, dent] = truths;
    if (!scratch || !dent) throw new Error('two truths are needed');
    expect(verify(truths, truths)).toBe('correct');
    expect(verify([], [])).toBe('correct');
    expect(verify(truths, [scratch])).toBe('missed object');
    expect(verify(truths, [scratch, { ...dent, className: 'scratch' }])).toBe('missed object');
    expect(verify(truths, [scratch, { ...dent, left: dent.left + 25 }])).toBe('box not accurate');
    expect(verify([], [scratch])).toBe('box not accurate');
  });
});
