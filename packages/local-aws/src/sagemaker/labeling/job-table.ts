import type { Store } from '../../kernel/store.ts';
import type { Answer, DataObject, Job, ObjectStatus } from './job.ts';

interface Row {
  data: string;
}

interface AnswerRow {
  task: string;
  worker: string;
  accepted: number;
  due: number;
  submitted: number | null;
  content: string | null;
}

/** Labeling jobs, their data objects, and the workers' answers. */
export class JobTable {
  readonly #jobs;
  readonly #put;
  readonly #get;
  readonly #ofJob;
  readonly #inStatus;
  readonly #count;
  readonly #earliest;
  readonly #offered;
  readonly #putAnswer;
  readonly #answers;

  constructor(store: Store) {
    store.define(`CREATE TABLE IF NOT EXISTS labeling_objects (
        id TEXT PRIMARY KEY, job TEXT NOT NULL, idx INTEGER NOT NULL, team TEXT NOT NULL, status TEXT NOT NULL,
        needed INTEGER NOT NULL, expires INTEGER NOT NULL, data TEXT NOT NULL);
      CREATE INDEX IF NOT EXISTS labeling_objects_of ON labeling_objects (job, idx);
      CREATE INDEX IF NOT EXISTS labeling_objects_in ON labeling_objects (job, status, expires);
      CREATE INDEX IF NOT EXISTS labeling_objects_open ON labeling_objects (team, status);
      CREATE TABLE IF NOT EXISTS labeling_answers (
        task TEXT NOT NULL, worker TEXT NOT NULL, accepted INTEGER NOT NULL, due INTEGER NOT NULL,
        submitted INTEGER, content TEXT, PRIMARY KEY (task, worker)) WITHOUT ROWID`);
    this.#jobs = store.collection<Job>('labeling_jobs');
    this.#put = store.prepare(
      'INSERT INTO labeling_objects (id, job, idx, team, status, needed, expires, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET status = excluded.status, expires = excluded.expires, data = excluded.data',
    );
    this.#get = store.prepare<Row>('SELECT data FROM labeling_objects WHERE id = ?');
    this.#ofJob = store.prepare<Row>('SELECT data FROM labeling_objects WHERE job = ? ORDER BY idx');
    this.#inStatus = store.prepare<Row>(
      'SELECT data FROM labeling_objects WHERE job = ? AND status = ? ORDER BY idx LIMIT ?',
    );
    this.#count = store.prepare<{ status: ObjectStatus; n: number }>(
      'SELECT status, COUNT(*) AS n FROM labeling_objects WHERE job = ? GROUP BY status',
    );
    this.#earliest = store.prepare<{ at: number | null }>(
      `SELECT MIN(expires) AS at FROM labeling_objects WHERE job = ? AND status = 'open'`,
    );
    // No worker gets a task twice, and no more workers than it needs hold it or have answered it.
    this.#offered = store.prepare<Row>(
      `SELECT o.data FROM labeling_objects o WHERE o.team = ? AND o.status = 'open' AND o.expires > ?
       AND NOT EXISTS (SELECT 1 FROM labeling_answers a WHERE a.task = o.id AND a.worker = ? AND a.submitted IS NOT NULL)
       AND (SELECT COUNT(*) FROM labeling_answers a WHERE a.task = o.id AND a.worker <> ? AND (a.submitted IS NOT NULL OR a.due > ?)) < o.needed
       ORDER BY o.expires, o.idx LIMIT ?`,
    );
    this.#putAnswer = store.prepare(
      'INSERT INTO labeling_answers (task, worker, accepted, due, submitted, content) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (task, worker) DO UPDATE SET accepted = excluded.accepted, due = excluded.due, submitted = excluded.submitted, content = excluded.content',
    );
    this.#answers = store.prepare<AnswerRow>(
      'SELECT * FROM labeling_answers WHERE task = ? ORDER BY submitted IS NULL, submitted, worker',
    );
  }

  /** Names are unique regardless of case. */
  job(name: string): Job | undefined {
    return this.#jobs.get(name.toLowerCase());
  }

  putJob(job: Job): void {
    this.#jobs.put(job.name.toLowerCase(), job);
  }

  jobs(): Job[] {
    return this.#jobs.list().map(({ value }) => value);
  }

  put(object: DataObject): void {
    const { id, job, index, team, status, needed, expiresAt } = object;
    this.#put.run(id, job, index, team, status, needed, expiresAt, JSON.stringify(object));
  }

  object(id: string): DataObject | undefined {
    const row = this.#get.get(id);
    return row && JSON.parse(row.data);
  }

  /** In the manifest's order. */
  objects(job: string): DataObject[] {
    return this.#ofJob.all(job).map(parse);
  }

  inStatus(job: string, status: ObjectStatus, limit = -1): DataObject[] {
    return this.#inStatus.all(job, status, limit).map(parse);
  }

  counts(job: string): Record<ObjectStatus, number> {
    const counts = { waiting: 0, open: 0, labeled: 0, failed: 0, unlabeled: 0 };
    for (const { status, n } of this.#count.all(job)) counts[status] = n;
    return counts;
  }

  /** When the next open task expires (ms since the epoch). */
  earliestExpiry(job: string): number | undefined {
    return this.#earliest.get(job)?.at ?? undefined;
  }

  /** Tasks that a worker of a team may answer at `now`. */
  offered(team: string, worker: string, now: number, limit: number): DataObject[] {
    return this.#offered.all(team, now, worker, worker, now, limit).map(parse);
  }

  putAnswer(answer: Answer): void {
    const { task, worker, acceptedAt, dueAt, submittedAt, content } = answer;
    this.#putAnswer.run(task, worker, acceptedAt, dueAt, submittedAt ?? null, content ? JSON.stringify(content) : null);
  }

  /** Those submitted first come first; then those only accepted. */
  answers(task: string): Answer[] {
    return this.#answers.all(task).map(({ accepted, due, submitted, content, ...row }) => ({
      ...row,
      acceptedAt: accepted,
      dueAt: due,
      ...(submitted !== null && { submittedAt: submitted }),
      ...(content !== null && { content: JSON.parse(content) }),
    }));
  }
}

const parse = ({ data }: Row): DataObject => JSON.parse(data);
