import { describe, expect, it } from 'vitest';
import { evaluateDetections } from '../coco/evaluation.ts';
import type { ImageResult } from '../coco/matching.ts';
import { seededRandom } from '../seeded-random.ts';
import { type Bootstrapped, bootstrapAp50, bootstrapAp50Difference, boundsOf } from './bootstrap.ts';
import { rankedMatches, weightedAp50 } from './ranked-matches.ts';
import { groupResampler } from './resampling.ts';

/**
 * Images with up to three objects of two classes, of which `skill` are found, with more confidence than what isn't there. No
 * two confidences are alike.
 */
function results(count: number, skill: number, seed: number): ImageResult[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const truths = Array.from({ length: Math.floor(random() * 4) }, (_, slot) => ({
      left: slot * 30,
      top: 0,
      width: 20,
      height: 20,
      classId: Math.floor(random() * 2),
    }));
    const places = [...truths, { left: 100, top: 0, width: 20, height: 20, classId: Math.floor(random() * 2) }];
    const detections = places.map(({ classId, ...box }, place) => {
      const isFound = place < truths.length && random() < skill;
      const confidence = isFound ? Math.sqrt(random()) : random() * random();
      return { box: isFound ? box : { ...box, top: 15 }, classId, confidence };
    });
    return { truths, detections };
  });
}

const settings = { resamples: 400, random: seededRandom(1) };
const alone = (images: readonly ImageResult[]) => images.map((_, index) => String(index));

describe('the weighted average precision', () => {
  it('equals that of the images written out as often as they count', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const images = results(12, 0.7, seed);
      const random = seededRandom(seed + 1000);
      const weights = Uint32Array.from(images, () => Math.floor(random() * 4));
      const written = images.flatMap((image, index) => new Array<ImageResult>(weights[index]!).fill(image));
      for (const classId of [0, 1]) {
        const expected = evaluateDetections(written, 2).classes[classId]?.ap50;
        const weighted = weightedAp50(rankedMatches(images, classId), weights);
        if (expected === undefined) expect(weighted).toBeUndefined();
        else expect(weighted).toBeCloseTo(expected, 12);
      }
    }
  });
});

describe('the resampling', () => {
  it('draws whole groups, as many as there are', () => {
    const groups = ['a', 'a', 'b', 'c', 'c', 'c'];
    const draw = groupResampler(groups, seededRandom(3));
    for (let time = 0; time < 20; time++) {
      const [a, a2, b, c, c2, c3] = draw();
      expect([a2, c2, c3]).toEqual([a, c, c]);
      expect(a! + b! + c!).toBe(3);
    }
  });
});

describe('the bootstrap', () => {
  it('estimates what COCO measures', () => {
    const images = results(60, 0.7, 5);
    const set = { results: images, groups: alone(images), classCount: 2 };
    expect(bootstrapAp50(set, settings).estimate).toBeCloseTo(evaluateDetections(images, 2).ap50!, 12);
  });

  it('covers the true figure about as often as it says', () => {
    const truth = evaluateDetections(results(20_000, 0.7, 99), 2).ap50!;
    const missed = { low: 0, high: 0 };
    for (let seed = 0; seed < 100; seed++) {
      const images = results(80, 0.7, seed + 200);
      const set = { results: images, groups: alone(images), classCount: 2 };
      const { low, high } = boundsOf(bootstrapAp50(set, { resamples: 200, random: seededRandom(seed) }), 0.95);
      if (low > truth) missed.low++;
      if (high < truth) missed.high++;
    }
    // 5 of 100 are expected of each, and 11 or more in 1 % of all runs of 100.
    expect(missed.low).toBeLessThanOrEqual(11);
    expect(missed.high).toBeLessThanOrEqual(11);
    expect(missed.low + missed.high).toBeGreaterThanOrEqual(2);
  });

  it('is wider where images belong together', () => {
    const images = results(30, 0.7, 7);
    const repeated = images.flatMap((image) => [image, image, image, image]);
    const groups = images.flatMap((_, index) => new Array<string>(4).fill(String(index)));
    const width = (names: readonly string[]) => {
      const set = { results: repeated, groups: names, classCount: 2 };
      const { low, high } = boundsOf(bootstrapAp50(set, { resamples: 400, random: seededRandom(2) }), 0.95);
      return high - low;
    };
    expect(width(groups)).toBeGreaterThan(1.6 * width(alone(repeated)));
  });

  it('sets two detectors apart on the same images more surely than on images of their own', () => {
    const images = results(80, 0.7, 11);
    // The other one loses one more object in every eighth image.
    const worse = images.map((image, index) =>
      index % 8 === 0 ? { ...image, detections: image.detections.slice(1) } : image,
    );
    const set = { results: images, groups: alone(images), classCount: 2 };
    const paired = bootstrapAp50Difference(set, worse, { resamples: 400, random: seededRandom(4) });
    const ours = bootstrapAp50(set, { resamples: 400, random: seededRandom(5) });
    const theirs = bootstrapAp50({ ...set, results: worse }, { resamples: 400, random: seededRandom(6) });
    const apart = {
      estimate: paired.estimate,
      resampled: ours.resampled.map((value, index) => value - theirs.resampled[index]!),
    };
    const width = (of: Bootstrapped) => boundsOf(of, 0.95).high - boundsOf(of, 0.95).low;
    expect(paired.estimate).toBeCloseTo(ours.estimate - theirs.estimate, 12);
    expect(width(paired)).toBeLessThan(0.7 * width(apart));
  });

  it('finds no difference between a detector and itself', () => {
    const images = results(20, 0.5, 13);
    const set = { results: images, groups: alone(images), classCount: 2 };
    const same = bootstrapAp50Difference(set, images, settings);
    expect(new Set(same.resampled)).toEqual(new Set([0]));
  });

  it('refuses images without any object, and results of other images', () => {
    const images = [{ truths: [], detections: [] }];
    const set = { results: images, groups: ['a'], classCount: 1 };
    expect(() => bootstrapAp50(set, settings)).toThrow('no image has an object');
    expect(() => bootstrapAp50({ ...set, groups: ['a', 'b'] }, settings)).toThrow(
      'results of 1 images and groups of 2',
    );
  });
});

it('corrects the bias of the resamples', () => {
  const values = Float64Array.from({ length: 1000 }, (_, index) => index / 1000);
  const straight = boundsOf({ estimate: 0.4995, resampled: values }, 0.95);
  expect(straight.low).toBeCloseTo(0.05, 2);
  expect(straight.high).toBeCloseTo(0.95, 2);
  // 84 % of the resamples are above: they lie one deviation too high, and the bounds two lower.
  const shifted = boundsOf({ estimate: 0.1587, resampled: values }, 0.95);
  expect(shifted.low).toBeCloseTo(0.0001, 3);
  expect(shifted.high).toBeCloseTo(0.361, 2);
});
