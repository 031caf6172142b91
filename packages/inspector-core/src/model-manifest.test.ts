import { describe, expect, it } from 'vitest';
import { readModelManifest } from './model-manifest.ts';
import { tinyModel } from './testing/tiny-model.ts';

const { manifest } = tinyModel();

describe('readModelManifest', () => {
  it('reads text and bytes, and tolerates members it does not know', () => {
    const json = JSON.stringify({ ...manifest, notes: 'new' });
    expect(readModelManifest(json)).toEqual(manifest);
    expect(readModelManifest(new TextEncoder().encode(json))).toEqual(manifest);
  });

  it('names what is wrong and what to do', () => {
    const json = JSON.stringify({ ...manifest, names: [], sha256: 'ABC' });
    expect(() => readModelManifest(json)).toThrow(/names: .*sha256: must be a sha256.*Take manifest\.json/s);
    expect(() => readModelManifest('<html>')).toThrow(`isn't JSON (it begins with "<html>")`);
    expect(() => readModelManifest('null')).toThrow('the whole:');
  });
});
