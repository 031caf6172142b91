import { randomBytes, randomInt } from 'node:crypto';
import { administratorCaller, type Caller } from './caller.ts';
import type { Clock } from './clock.ts';
import type { Collection, Store } from './store.ts';

export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
  /** Present for temporary credentials. */
  sessionToken?: string;
  /** Milliseconds since the epoch; present for temporary credentials. */
  expires?: number;
}

interface StoredKey extends AccessKey {
  caller: Caller;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The access keys that may sign requests: the administrator's one, made at the first start, and roles' sessions. */
export class Credentials {
  readonly #clock: Clock;
  readonly #keys: Collection<StoredKey>;
  readonly #account: string;

  constructor(store: Store, clock: Clock, account: string) {
    this.#clock = clock;
    this.#account = account;
    this.#keys = store.collection<StoredKey>('access_keys');
  }

  /** The administrator's key; the same one over restarts. */
  administrator(): AccessKey {
    const existing = this.#keys.list({ prefix: 'AKIA', limit: 1 })[0];
    if (existing) return existing.value;
    const caller = administratorCaller(this.#account);
    const key = { accessKeyId: newId('AKIA'), secretAccessKey: secret(), caller };
    this.#keys.put(key.accessKeyId, key);
    return key;
  }

  /** Temporary credentials of a role's session, as AssumeRole gives them. */
  issue(caller: Caller, durationSeconds = 3600): Required<AccessKey> {
    const now = this.#clock.now();
    const key = {
      accessKeyId: newId('ASIA'),
      secretAccessKey: secret(),
      sessionToken: randomBytes(96).toString('base64'),
      expires: now + durationSeconds * 1000,
      caller,
    };
    this.#keys.put(key.accessKeyId, key);
    return key;
  }

  /** The key of this id with the caller whom it stands for, if there is one. */
  find(accessKeyId: string): StoredKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  /** Forgets sessions that ended over a day ago (a day, so that "expired" can still be told from "unknown"). */
  prune(): void {
    const before = this.#clock.now() - 86_400_000;
    for (const { key, value } of this.#keys.list({ prefix: 'ASIA' }))
      if ((value.expires ?? 0) < before) this.#keys.delete(key);
  }
}

function newId(prefix: string): string {
  return prefix + Array.from({ length: 16 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

const secret = () => randomBytes(30).toString('base64');
