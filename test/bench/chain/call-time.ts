import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface CallTime {
  /** `service.Operation` */
  operation: string;
  calls: number;
  /** Sum over all calls, waiting included; calls run side by side. In milliseconds. */
  total: number;
}

/** What the embedded AWS's journal of calls says of a stretch of time (ms since the epoch), the most time first. */
export function callTimes(dataDir: string, from: number, until: number): CallTime[] {
  const db = new DatabaseSync(join(dataDir, 'calls.db'), { readOnly: true });
  try {
    const rows = db
      .prepare(
        `SELECT service || '.' || operation AS operation, COUNT(*) AS calls, SUM(ms) AS total FROM calls
         WHERE at BETWEEN ? AND ? GROUP BY service, operation ORDER BY total DESC`,
      )
      .all(from, until);
    return rows.map(({ operation, calls, total }) => ({
      operation: String(operation),
      calls: Number(calls),
      total: Number(total),
    }));
  } finally {
    db.close();
  }
}
