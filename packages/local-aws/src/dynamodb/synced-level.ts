import { createRequire } from 'node:module';

/** A write as abstract-level hands it to a store. */
type Write = (this: unknown, first: unknown, second: unknown, third?: object) => Promise<void>;

/**
 * Makes dynalite's LevelDB reach the disk with every write, which it has no option for: what was acknowledged survives a
 * power cut, as everything else here does.
 */
export function syncEveryWrite(): void {
  const dynalite = createRequire(createRequire(import.meta.url).resolve('dynalite'));
  const { Level }: { Level: { prototype: { _put: Write; _del: Write; _batch: Write } } } = dynalite('level');
  const store = Level.prototype;
  const { _put: put, _del: del, _batch: batch } = store;
  store._put = function (key, value, options) {
    return put.call(this, key, value, { ...options, sync: true });
  };
  store._del = function (key, options) {
    return del.call(this, key, { ...Object(options), sync: true });
  };
  store._batch = function (operations, options) {
    return batch.call(this, operations, { ...Object(options), sync: true });
  };
}
