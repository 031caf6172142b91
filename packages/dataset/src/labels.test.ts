import { describe, expect, it } from 'vitest';
import { classNames, labelQuery, readLabelRow } from './labels.ts';

const box = { left: 1, top: 2, width: 3, height: 4, classId: 0, className: 'scratch' };
const row = {
  image_id: 'a'.repeat(64),
  uri: 's3://images/incoming/s1/p1/a.jpg',
  width: '640',
  height: '480',
  station: 's1',
  part: 'p1',
  origin: 'upload',
  boxes: JSON.stringify([box]),
  labeling_job: 'job-1',
  event_time: '2026-03-04T10:00:00.000Z',
  group_since: '2026-03-01T10:00:00.000Z',
};

describe('labelQuery', () => {
  const query = labelQuery({
    table: 'labels',
    asOf: '2026-03-04T10:00:00.000Z',
    writtenBy: '2026-03-04T10:15:00.000Z',
  });

  it('cuts at the instant of the outcomes and at that of their writing', () => {
    expect(query).toContain(`FROM "labels"
  WHERE event_time <= '2026-03-04T10:00:00.000Z' AND write_time <= from_iso8601_timestamp('2026-03-04T10:15:00.000Z')`);
  });

  it('takes the newest row of a record, the newest record of an image, and of these the approved', () => {
    expect(query).toMatch(
      /WHERE record_rank = 1 AND NOT is_deleted[\s\S]*WHERE image_rank = 1 AND verdict = 'approved'/,
    );
  });

  it('quotes what it is given', () => {
    expect(labelQuery({ table: 'a"b', asOf: "x'y", writtenBy: '' })).toMatch(
      /FROM "a""b"\n\s+WHERE event_time <= 'x''y'/,
    );
  });
});

describe('readLabelRow', () => {
  it('reads a row of text', () => {
    expect(readLabelRow(row)).toMatchObject({ imageId: row.image_id, width: 640, boxes: [box] });
  });

  it('names the image and the column that can not be understood', () => {
    expect(() => readLabelRow({ ...row, boxes: '[{' })).toThrow(/image a+ .*boxes: is not JSON/);
    expect(() => readLabelRow({ ...row, width: '0' })).toThrow('width:');
    expect(() => readLabelRow({ ...row, boxes: undefined })).toThrow('boxes:');
    // It becomes the name of a file in an archive.
    expect(() => readLabelRow({ ...row, image_id: '../../etc/passwd' })).toThrow('image_id: must be a sha256');
  });
});

describe('classNames', () => {
  const image = (...classes: [number, string][]) => ({
    ...readLabelRow(row),
    boxes: classes.map(([classId, className]) => ({ ...box, classId, className })),
  });

  it('puts each name at its id, and a placeholder where no box has been seen', () => {
    expect(classNames([image([2, 'stain']), image([0, 'scratch'], [2, 'stain'])])).toEqual([
      'scratch',
      'class-1',
      'stain',
    ]);
  });

  it('refuses an id with two names, a name with two ids, and a data set without boxes', () => {
    expect(() => classNames([image([0, 'scratch']), image([0, 'dent'])])).toThrow('both "scratch" and "dent"');
    // A class was put before the others, and no box of it is there yet.
    expect(() => classNames([image([1, 'scratch']), image([0, 'scratch'])])).toThrow(
      'Classes 1 and 0 are both called "scratch"',
    );
    expect(() => classNames([image(), image()])).toThrow('None of the 2 approved images has a box');
  });
});
