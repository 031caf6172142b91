import { describe, expect, it } from 'vitest';
import { provenanceOf } from './upload.ts';

const upload = (key: string) => ({ bucket: 'images', key, size: 1, time: '2026-03-04T08:15:30Z' });

describe('provenanceOf', () => {
  it('reads station and part from the key of an upload', () => {
    expect(provenanceOf(upload('incoming/line-2/tag-014/000123.jpg'), {})).toEqual({
      station: 'line-2',
      part: 'tag-014',
      origin: 'upload',
      capturedAt: '2026-03-04T08:15:30.000Z',
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
      capturedAt: '2026-03-04T08:00:00.000Z',
    });
  });

  it('reads names that metadata, which is ASCII, holds percent-encoded', () => {
    const metadata = { station: 'Linie%202', part: '100%' };
    expect(provenanceOf(upload('incoming/a/b/c.jpg'), metadata)).toMatchObject({ station: 'Linie 2', part: '100%' });
  });

  it('takes the time of the upload when the camera tells no time', () => {
    expect(provenanceOf(upload('incoming/a/b/c.jpg'), { 'captured-at': 'yesterday' }).capturedAt).toBe(
      '2026-03-04T08:15:30.000Z',
    );
  });

  it.each(['incoming/c.jpg', 'incoming/a/c.jpg', 'incoming//b/c.jpg', 'edge/thing/a/c.jpg', 'incoming/a/\u0007/c.jpg'])(
    'refuses %j and tells how to name it',
    (key) => {
      expect(() => provenanceOf(upload(key), {})).toThrow('upload to incoming/<station>/<part>/<file>');
    },
  );
});
