import { createRequire } from 'node:module';

/** Parts of dynalite that it doesn't export, as far as they are used here. */
interface DynaliteDb {
  updateIndexes(
    tables: { getIndexDb(type: string, table: string, index: string): SubDb },
    table: Table,
    before: unknown,
    after: unknown,
    writeItem: (error?: unknown) => void,
  ): void;
  getIndexActions(
    indexes: unknown[],
    before: unknown,
    after: unknown,
    table: Table,
  ): { puts: { index: string; key: string; item: unknown }[]; deletes: { index: string; key: string }[] };
}

interface SubDb {
  put(key: string, value: unknown, done: () => void): void;
  del(key: string, done: () => void): void;
}

interface Table {
  TableName: string;
  LocalSecondaryIndexes?: unknown[];
  GlobalSecondaryIndexes?: unknown[];
}

interface LevelDb {
  open(): Promise<void>;
  close(): Promise<void>;
  iterator(range: object): AsyncIterable<[string, unknown]>;
  keys(range: object): AsyncIterable<string>;
  batch(writes: { type: 'put' | 'del'; key: string; value?: unknown }[], options: object): Promise<void>;
}

interface LevelClass {
  new (path: string, options: { valueEncoding: 'json' }): LevelDb;
  prototype: {
    _put(this: unknown, key: unknown, value: unknown, options?: object): Promise<void>;
    _del(this: unknown, key: unknown, options?: object): Promise<void>;
    _batch(this: unknown, writes: unknown, options?: object): Promise<void>;
  };
}

const dynalite = createRequire(createRequire(import.meta.url).resolve('dynalite'));

export const dynaliteDb: DynaliteDb = dynalite('./db');
export const level: LevelClass = dynalite('level').Level;
