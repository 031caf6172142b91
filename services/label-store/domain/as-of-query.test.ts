import { describe, expect, it } from 'vitest';
import { asOfQuery } from './as-of-query.ts';

describe('asOfQuery', () => {
  it('cuts on what was labelled and stored by then', () => {
    const sql = asOfQuery({ table: 'labels', asOf: '2026-03-04T12:00:00Z' });
    expect(sql).toContain('FROM "labels"');
    expect(sql).toContain("event_time <= '2026-03-04T12:00:00.000Z'");
    expect(sql).toContain("write_time <= from_iso8601_timestamp('2026-03-04T12:00:00.000Z')");
    expect(sql).not.toContain(' AND verdict');
  });

  it('filters after the newest row of each record was found', () => {
    const sql = asOfQuery({ table: 'labels', asOf: '2026-03-04T12:00:00Z', verdict: 'approved', station: 'line-2' });
    expect(sql).toContain("WHERE record_rank = 1 AND NOT is_deleted AND verdict = 'approved' AND station = 'line-2'");
  });

  it('keeps quotes in values and names from ending them', () => {
    const sql = asOfQuery({ table: 'la"bels', asOf: '2026-03-04T12:00:00Z', part: "o'ring" });
    expect(sql).toContain('FROM "la""bels"');
    expect(sql).toContain("part = 'o''ring'");
  });

  it('refuses a time that is none', () => {
    expect(() => asOfQuery({ table: 'labels', asOf: 'yesterday' })).toThrow('Invalid time');
  });
});
