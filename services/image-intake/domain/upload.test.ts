import { describe, expect, it } from 'vitest';
import { provenanceOf } from './upload.ts';

const upload = (key: string) => ({ bucket: 'images', key, size: 1, time: '2026-03-04T08:15:30Z' });

describe('provenanceOf', () => {
  it('reads station and part from the key of an upload', () => {
    expect(provenanceOf(upload('incoming/line-2/tag-014/000123.jpg'), {})).toEqual({
      station: 'line-2',
      part: 'tag-014',
      origin: 'upload',
      partIsFileName: false,
      told: undefined,
    });
  });

  it('skips the thing in the key of a device', () => {
    expect(provenanceOf(upload('edge/assay-edge-1/line-2/tag-014/000123.jpg'), {})).toMatchObject({
      station: 'line-2',
      part: 'tag-014',
      origin: 'edge',
    });
  });

  it('believes the metadata more than the key', () => {
    const metadata = { station: 's', part: 'p', origin: 'edge', 'captured-at': '2026-03-04T09:00:00+01:00' };
    expect(provenanceOf(upload('incoming/a/b/c.jpg'), metadata)).toEqual({
      station: 's',
      part: 'p',
      origin: 'edge',
      partIsFileName: false,
      told: '2026-03-04T08:00:00.000Z',
    });
  });

  it('reads names that metadata, which is ASCII, holds percent-encoded', () => {
    const metadata = { station: 'Linie%202', part: '100%' };
    expect(provenanceOf(upload('incoming/a/b/c.jpg'), metadata)).toMatchObject({ station: 'Linie 2', part: '100%' });
  });

  it.each(['yesterday', '+012345-01-01T00:00:00Z', '-000001-01-01T00:00:00Z'])('takes %j for no time', (told) => {
    expect(provenanceOf(upload('incoming/a/b/c.jpg'), { 'captured-at': told }).told).toBeUndefined();
  });

  it('knows a part that is called like its file, for want of a name', () => {
    expect(provenanceOf(upload('incoming/a/c/c.jpg'), { 'part-from': 'file-name' }).partIsFileName).toBe(true);
  });

  it.each(['incoming/c.jpg', 'incoming/a/c.jpg', 'incoming//b/c.jpg', 'edge/thing/a/c.jpg', 'incoming/a/\u0007/c.jpg'])(
    'refuses %j and tells how to name it',
    (key) => {
      expect(() => provenanceOf(upload(key), {})).toThrow('upload to incoming/<station>/<part>/<file>');
    },
  );
});
