import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFECT_CLASSES, type DefectBox, generateTags, type TagSettings, type TagShot } from './index.ts';

const settings: TagSettings = { seed: 5, tags: 8, shotsPerTag: 2, defectFreeShare: 0.25, width: 320, height: 240 };

describe('generated tags', () => {
  let shots: TagShot[];

  beforeAll(async () => {
    shots = await collect(generateTags(settings));
  });

  it('are the same for the same seed, byte by byte, and others for another', async () => {
    const again = await collect(generateTags(settings));
    expect(again.map(({ jpeg }) => jpeg.toString('base64'))).toEqual(shots.map(({ jpeg }) => jpeg.toString('base64')));
    const others = await collect(generateTags({ ...settings, seed: 6, tags: 1 }));
    expect(others[0]?.jpeg.equals(shots[0]?.jpeg ?? Buffer.of())).toBe(false);
  });

  it('come as several shots of each tag, named after both', () => {
    expect(shots).toHaveLength(16);
    expect(shots.slice(0, 3).map(({ fileName, part, shot }) => [fileName, part, shot])).toEqual([
      ['tag-001-1.jpg', 'tag-001', 1],
      ['tag-001-2.jpg', 'tag-001', 2],
      ['tag-002-1.jpg', 'tag-002', 1],
    ]);
    expect(shots[0]?.jpeg.equals(shots[1]?.jpeg ?? Buffer.of())).toBe(false);
  });

  it('decode to the stated size', async () => {
    for (const { jpeg } of shots.slice(0, 2)) {
      expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 320, height: 240, channels: 3 });
    }
  });

  it('leave the stated share of the tags without a defect', () => {
    const clean = new Set(shots.filter(({ boxes }) => boxes.length === 0).map(({ part }) => part));
    expect(clean.size).toBe(2);
  });

  it('show the same defects in every shot of a tag', () => {
    for (const part of new Set(shots.map((shot) => shot.part))) {
      const [first, second] = shots.filter((shot) => shot.part === part);
      expect(second?.boxes.map(({ className }) => className)).toEqual(first?.boxes.map(({ className }) => className));
    }
  });

  it('have boxes of known classes that lie within the picture', () => {
    const boxes = shots.flatMap((shot) => shot.boxes);
    expect(new Set(boxes.map(({ className }) => className))).toEqual(new Set(DEFECT_CLASSES));
    for (const { left, top, width, height } of boxes) {
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
      expect(Math.min(width, height)).toBeGreaterThan(2);
      expect(left + width).toBeLessThanOrEqual(320);
      expect(top + height).toBeLessThanOrEqual(240);
    }
  });

  it('show something in a box that the same place on a sound tag does not', async () => {
    const boxes = shots.flatMap((shot) => shot.boxes);
    const sound = shots.filter((shot) => shot.boxes.length === 0);
    const marked = await Promise.all(shots.flatMap(({ jpeg, boxes }) => boxes.map((box) => contrast(jpeg, box))));
    const bare = await Promise.all(sound.flatMap(({ jpeg }) => boxes.map((box) => contrast(jpeg, box))));
    expect(mean(marked)).toBeGreaterThan(1.3 * mean(bare));
  });

  it('refuse settings that make no sense, by name', async () => {
    await expect(generateTags({ ...settings, tags: 0 }).next()).rejects.toThrow(/tags is 0/);
    await expect(generateTags({ ...settings, defectFreeShare: 2 }).next()).rejects.toThrow(/defectFreeShare is 2/);
  });
});

async function collect(tagShots: AsyncIterable<TagShot>): Promise<TagShot[]> {
  const list: TagShot[] = [];
  for await (const shot of tagShots) list.push(shot);
  return list;
}

/** Standard deviation of the grey within a box. */
async function contrast(jpeg: Buffer, { left, top, width, height }: DefectBox): Promise<number> {
  const cut = await sharp(jpeg).extract({ left, top, width, height }).greyscale().toBuffer();
  return (await sharp(cut).stats()).channels[0]?.stdev ?? 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
