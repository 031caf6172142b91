import { createHash, randomUUID } from 'node:crypto';
import type { Expression } from 'jsonata';

const HASHES: Record<string, string> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** "Transforming data with JSONata": the functions that Step Functions adds, and `$eval`, which it takes away. */
export function addFunctions(expression: Expression): void {
  expression.registerFunction('partition', partition, '<a-n:a>');
  expression.registerFunction('range', range, '<n-n-n:a>');
  expression.registerFunction('hash', hash, '<s-s:s>');
  expression.registerFunction('random', random, '<n?:n>');
  expression.registerFunction('uuid', () => randomUUID(), '<:s>');
  expression.registerFunction('parse', (text: string) => JSON.parse(text), '<s-:x>');
  expression.registerFunction('eval', () => {
    throw new Error('$eval is not supported; use $parse to read JSON');
  });
}

function partition(list: unknown[], size: number): unknown[][] {
  const step = Math.trunc(size);
  if (step < 1) throw new Error('$partition needs a size of 1 or more');
  return Array.from({ length: Math.ceil(list.length / step) }, (_, chunk) =>
    list.slice(chunk * step, (chunk + 1) * step),
  );
}

/** From `first` to `last`, both included, in steps of `step`; at most 1,000 numbers. */
function range(first: number, last: number, step: number): number[] {
  if (step === 0) throw new Error('$range needs a step other than 0');
  const length = Math.floor((last - first) / step) + 1;
  if (length > 1000) throw new Error('$range makes at most 1000 numbers');
  return Array.from({ length: Math.max(0, length) }, (_, index) => first + index * step);
}

function hash(text: string, algorithm: string): string {
  const name = HASHES[algorithm];
  if (!name) throw new Error(`$hash knows ${Object.keys(HASHES).join(', ')}, not ${algorithm}`);
  return createHash(name).update(text).digest('hex');
}

/** A number in [0, 1); the same one for the same seed (mulberry32). */
function random(seed?: number): number {
  if (seed === undefined) return Math.random();
  let state = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 4294967296;
}
