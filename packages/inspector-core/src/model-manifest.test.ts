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

  it('reads how many candidates have a vote, which came with format 2', () => {
    const { thresholds } = manifest;
    const json = JSON.stringify({ ...manifest, format: 'assay.model/2', thresholds: { ...thresholds, votes: 10 } });
    expect(readModelManifest(json)).toMatchObject({ format: 'assay.model/2', thresholds: { votes: 10 } });
    expect(() => readModelManifest(json.replace('"votes":10', '"votes":0'))).toThrow(/thresholds\.votes/);
    expect(() => readModelManifest(json.replace('model/2', 'model/3'))).toThrow(/format: /);
  });

  it('names what is wrong and what to do', () => {
    const json = JSON.stringify({ ...manifest, names: [], sha256: 'ABC' });
    expect(() => readModelManifest(json)).toThrow(/names: .*sha256: must be a sha256.*Take manifest\.json/s);
    expect(() => readModelManifest('<html>')).toThrow(`isn't JSON (it begins with "<html>")`);
    expect(() => readModelManifest('null')).toThrow('the whole:');
  });
});
