import { randomBytes, randomUUID } from 'node:crypto';
import type { Store } from '../kernel/store.ts';
import type { StoredAttributes } from './message-attributes.ts';

export interface Message {
  /** Rises with every message of the account; names the row. */
  seq: number;
  id: string;
  body: string;
  attributes: StoredAttributes;
  system: StoredAttributes;
  sender: string;
  /** Milliseconds since the epoch, as all times here. */
  sentAt: number;
  firstReceivedAt: number;
  receives: number;
  /** ARN of the queue that gave the message up, for one in a dead-letter queue. */
  deadLetterSource: string | null;
}

interface Row {
  seq: number;
  id: string;
  body: string;
  attributes: string;
  system: string;
  sender: string;
  sent_at: number;
  first_received_at: number | null;
  receives: number;
  dead_letter_source: string | null;
}

export interface MessageCounts {
  visible: number;
  inFlight: number;
  delayed: number;
}

/**
 * Messages of all queues in one table. A message is visible from `visible_at` on; while it is in flight that lies in the
 * future and `receipt` names its latest receipt. Sending,
 * receiving and deleting walk an index: they cost the same whatever is stored.
 */
export class Messages {
  readonly #sql;

  constructor(store: Store) {
    store.define(`CREATE TABLE IF NOT EXISTS sqs_messages (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
      attributes TEXT NOT NULL, system TEXT NOT NULL, sender TEXT NOT NULL, sent_at INTEGER NOT NULL,
      visible_at INTEGER NOT NULL, receives INTEGER NOT NULL DEFAULT 0, first_received_at INTEGER, receipt TEXT,
      dead_letter_source TEXT);
      CREATE INDEX IF NOT EXISTS sqs_messages_visible ON sqs_messages (queue, visible_at);
      CREATE INDEX IF NOT EXISTS sqs_messages_sent ON sqs_messages (queue, sent_at)`);
    this.#sql = {
      insert: store.prepare(
        'INSERT INTO sqs_messages (queue, id, body, attributes, system, sender, sent_at, visible_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ),
      visible: store.prepare<Row>(
        'SELECT * FROM sqs_messages WHERE queue = ? AND visible_at <= ? ORDER BY visible_at, seq LIMIT ?',
      ),
      receive: store.prepare(
        'UPDATE sqs_messages SET visible_at = ?, receives = receives + 1, first_received_at = COALESCE(first_received_at, ?), receipt = ? WHERE seq = ?',
      ),
      bury: store.prepare(
        'UPDATE sqs_messages SET queue = ?, visible_at = ?, receives = 0, first_received_at = NULL, receipt = NULL, dead_letter_source = ? WHERE seq = ?',
      ),
      revive: store.prepare(
        'UPDATE sqs_messages SET queue = ?, id = ?, sent_at = ?, visible_at = ?, receives = 0, first_received_at = NULL, receipt = NULL, dead_letter_source = NULL WHERE seq = ?',
      ),
      expire: store.prepare('DELETE FROM sqs_messages WHERE queue = ? AND sent_at <= ?'),
      delete: store.prepare('DELETE FROM sqs_messages WHERE seq = ? AND queue = ? AND receipt = ?'),
      deleteAll: store.prepare('DELETE FROM sqs_messages WHERE queue = ?'),
      change: store.prepare('UPDATE sqs_messages SET visible_at = ? WHERE seq = ? AND queue = ? AND receipt = ?'),
      giveBack: store.prepare(
        `UPDATE sqs_messages SET visible_at = MIN(visible_at, ?), receives = receives - 1, receipt = NULL,
         first_received_at = CASE receives WHEN 1 THEN NULL ELSE first_received_at END
         WHERE seq = ? AND queue = ? AND receipt = ?`,
      ),
      held: store.prepare<{ visible_at: number }>(
        'SELECT visible_at FROM sqs_messages WHERE seq = ? AND queue = ? AND receipt = ?',
      ),
      oldest: store.prepare<{ at: number | null }>('SELECT MIN(sent_at) AS at FROM sqs_messages WHERE queue = ?'),
      nextVisible: store.prepare<{ at: number | null }>(
        'SELECT MIN(visible_at) AS at FROM sqs_messages WHERE queue = ? AND visible_at > ?',
      ),
      visibleCount: store.prepare<{ n: number }>(
        'SELECT COUNT(*) AS n FROM sqs_messages WHERE queue = ? AND visible_at <= ?',
      ),
      hiddenCount: store.prepare<{ n: number; flying: number }>(
        'SELECT COUNT(*) AS n, COUNT(receipt) AS flying FROM sqs_messages WHERE queue = ? AND visible_at > ?',
      ),
    };
  }

  /** @returns the new message's id. */
  add(
    queue: string,
    message: Pick<Message, 'body' | 'attributes' | 'system' | 'sender' | 'sentAt'> & { visibleAt: number },
  ): string {
    const id = randomUUID();
    const { body, attributes, system, sender, sentAt, visibleAt } = message;
    this.#sql.insert.run(
      queue,
      id,
      body,
      JSON.stringify(attributes),
      JSON.stringify(system),
      sender,
      sentAt,
      visibleAt,
    );
    return id;
  }

  /** The next visible messages, oldest first. */
  visible(queue: string, now: number, limit: number): Message[] {
    return this.#sql.visible.all(queue, now, limit).map(message);
  }

  /** Takes a visible message in flight. @returns its receipt handle. */
  receive(queue: string, taken: Message, now: number, visibleAt: number): string {
    const receipt = randomBytes(18).toString('base64url');
    this.#sql.receive.run(visibleAt, now, receipt, taken.seq);
    taken.receives++;
    taken.firstReceivedAt ||= now;
    return Buffer.from(JSON.stringify([queue, taken.seq, receipt])).toString('base64');
  }

  /** Moves a message that nobody could process to its dead-letter queue. It keeps its age ("How do dead-letter queues work"). */
  bury(taken: Message, deadLetterQueue: string, sourceArn: string, now: number): void {
    this.#sql.bury.run(deadLetterQueue, now, sourceArn, taken.seq);
  }

  /** Moves a message back to a queue as a new one. */
  revive(taken: Message, queue: string, now: number): void {
    this.#sql.revive.run(queue, randomUUID(), now, now, taken.seq);
  }

  /** Drops what was sent at or before `sentAt`. */
  expire(queue: string, sentAt: number): void {
    this.#sql.expire.run(queue, sentAt);
  }

  /** False when the handle isn't the message's latest one, or the message is gone. */
  delete(queue: string, { seq, receipt }: ReceiptHandle): boolean {
    return this.#sql.delete.run(seq, queue, receipt).changes > 0;
  }

  deleteAll(queue: string): void {
    this.#sql.deleteAll.run(queue);
  }

  /** When the message that the handle holds becomes visible; undefined when the handle isn't its latest. */
  heldUntil(queue: string, { seq, receipt }: ReceiptHandle): number | undefined {
    return this.#sql.held.get(seq, queue, receipt)?.visible_at;
  }

  changeVisibility(queue: string, { seq, receipt }: ReceiptHandle, visibleAt: number): void {
    this.#sql.change.run(visibleAt, seq, queue, receipt);
  }

  /** Puts what the handle holds back as if it had not been received. */
  giveBack(handle: string, now: number): void {
    const named = readHandle(handle);
    if (named) this.#sql.giveBack.run(now, named.seq, named.queue, named.receipt);
  }

  /** When the next message that isn't visible yet will be. */
  nextVisibleAt(queue: string, now: number): number | undefined {
    return this.#sql.nextVisible.get(queue, now)?.at ?? undefined;
  }

  /** When the oldest message that wasn't deleted was sent. */
  oldestSentAt(queue: string): number | undefined {
    return this.#sql.oldest.get(queue)?.at ?? undefined;
  }

  counts(queue: string, now: number): MessageCounts {
    const { n: hidden, flying } = this.#sql.hiddenCount.get(queue, now) ?? { n: 0, flying: 0 };
    return { visible: this.#sql.visibleCount.get(queue, now)?.n ?? 0, inFlight: flying, delayed: hidden - flying };
  }
}

export interface ReceiptHandle {
  seq: number;
  receipt: string;
}

/** What a handle says, when it is one of this queue's. */
export function parseReceiptHandle(queue: string, handle: string): ReceiptHandle | undefined {
  const named = readHandle(handle);
  return named?.queue === queue ? named : undefined;
}

function readHandle(handle: string): (ReceiptHandle & { queue: string }) | undefined {
  try {
    const [queue, seq, receipt]: unknown[] = JSON.parse(Buffer.from(handle, 'base64').toString());
    if (typeof queue === 'string' && typeof seq === 'number' && typeof receipt === 'string')
      return { queue, seq, receipt };
  } catch {
    // Anything that isn't such JSON is no handle: the caller answers ReceiptHandleIsInvalid.
  }
  return undefined;
}

function message(row: Row): Message {
  return {
    seq: row.seq,
    id: row.id,
    body: row.body,
    attributes: JSON.parse(row.attributes),
    system: JSON.parse(row.system),
    sender: row.sender,
    sentAt: row.sent_at,
    firstReceivedAt: row.first_received_at ?? 0,
    receives: row.receives,
    deadLetterSource: row.dead_letter_source,
  };
}
