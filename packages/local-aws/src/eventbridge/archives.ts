import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Collection } from '../kernel/store.ts';
import type { BusEvent } from './event.ts';
import { compilePattern, type EventPattern } from './pattern/compile.ts';
import type { EventFields } from './pattern/event-fields.ts';

export interface Archive {
  name: string;
  arn: string;
  busArn: string;
  bus: string;
  description?: string;
  pattern?: string;
  /** 0: for ever. */
  retentionDays: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

/** An event as it was recorded. */
export interface ArchivedEvent {
  /** Later ones have greater numbers. */
  seq: number;
  /** Its own time; milliseconds since the epoch. */
  time: number;
  event: BusEvent;
}

/** A part of an archive: the events of a time span (both ends in it), up to a recorded one, after a place in it. */
export interface ArchiveSpan {
  from: number;
  to: number;
  upTo: number;
  after: Pick<ArchivedEvent, 'time' | 'seq'>;
}

/** Archives, and the events that they have recorded. */
export class Archives {
  readonly #archives: Collection<Archive>;
  readonly #kernel: Kernel;
  readonly #compiled = new Map<string, EventPattern>();
  #byBus: Map<string, Archive[]> | undefined;
  readonly #sql;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#archives = kernel.store.collection<Archive>('eventbridge_archives');
    kernel.store.define(`CREATE TABLE IF NOT EXISTS eventbridge_archived (
      seq INTEGER PRIMARY KEY, archive TEXT NOT NULL, time INTEGER NOT NULL, event TEXT NOT NULL);
      CREATE INDEX IF NOT EXISTS eventbridge_archived_time ON eventbridge_archived (archive, time)`);
    this.#sql = {
      add: kernel.store.prepare('INSERT INTO eventbridge_archived (archive, time, event) VALUES (?, ?, ?)'),
      expire: kernel.store.prepare('DELETE FROM eventbridge_archived WHERE archive = ? AND time < ?'),
      clear: kernel.store.prepare('DELETE FROM eventbridge_archived WHERE archive = ?'),
      last: kernel.store.prepare<{ seq: number | null }>('SELECT MAX(seq) AS seq FROM eventbridge_archived'),
      page: kernel.store.prepare<{ seq: number; time: number; event: string }>(
        `SELECT seq, time, event FROM eventbridge_archived
         WHERE archive = ? AND time BETWEEN ? AND ? AND seq <= ? AND (time, seq) > (?, ?) ORDER BY time, seq LIMIT ?`,
      ),
      totals: kernel.store.prepare<{ events: number; bytes: number }>(
        'SELECT COUNT(*) AS events, COALESCE(SUM(LENGTH(event)), 0) AS bytes FROM eventbridge_archived WHERE archive = ?',
      ),
    };
  }

  find(name: string): Archive | undefined {
    return this.#archives.get(name);
  }

  /** @throws ResourceNotFoundException */
  get(name: string | undefined): Archive {
    const archive = this.find(name ?? '');
    if (!archive) throw new AwsError('ResourceNotFoundException', `Archive ${name} does not exist.`);
    return archive;
  }

  put(archive: Archive): void {
    this.#archives.put(archive.name, archive);
    this.#byBus = undefined;
    this.#compiled.delete(archive.name);
  }

  delete(archive: Archive): void {
    this.#archives.delete(archive.name);
    this.#sql.clear.run(archive.name);
    this.#byBus = undefined;
    this.#compiled.delete(archive.name);
  }

  list(prefix = ''): Archive[] {
    return this.#archives.list({ prefix }).map(({ value }) => value);
  }

  totals(archive: Archive): { events: number; bytes: number } {
    return this.#sql.totals.get(archive.name) ?? { events: 0, bytes: 0 };
  }

  /** Records an event in the archives of its bus. A replayed event is not recorded again. */
  record(bus: string, event: BusEvent, fields: EventFields): void {
    if (fields.has('replay-name')) return;
    const now = this.#kernel.clock.now();
    for (const archive of this.#of(bus)) {
      if (!this.#patternOf(archive)?.matchesFields(fields) && archive.pattern) continue;
      if (archive.retentionDays > 0) this.#sql.expire.run(archive.name, now - archive.retentionDays * 86_400_000);
      this.#sql.add.run(archive.name, Date.parse(event.time), JSON.stringify(event));
    }
  }

  /** The last event recorded in any archive: what comes later has a greater number. */
  lastRecorded(): number {
    return this.#sql.last.get()?.seq ?? 0;
  }

  /** The next `limit` events of a span, by time; without those that the archive keeps no longer. */
  page(archive: Archive, { from, to, upTo, after }: ArchiveSpan, limit: number): ArchivedEvent[] {
    const kept = archive.retentionDays > 0 ? this.#kernel.clock.now() - archive.retentionDays * 86_400_000 : 0;
    return this.#sql.page
      .all(archive.name, Math.max(from, kept), to, upTo, after.time, after.seq, limit)
      .map((row) => ({ ...row, event: JSON.parse(row.event) }));
  }

  #of(bus: string): Archive[] {
    this.#byBus ??= Map.groupBy(this.list(), (archive) => archive.bus);
    return this.#byBus.get(bus) ?? [];
  }

  #patternOf(archive: Archive): EventPattern | undefined {
    if (!archive.pattern) return undefined;
    let compiled = this.#compiled.get(archive.name);
    if (!compiled) {
      compiled = compilePattern(archive.pattern);
      this.#compiled.set(archive.name, compiled);
    }
    return compiled;
  }
}
