import { describe, expect, it } from 'vitest';
import { OutputError } from './output-error.ts';
import { chooseLayers } from './sensitivity.ts';

const values = (value: number) => new Map([['y', { data: Float32Array.of(value), dims: [1, 1] }]]);

/** An error that is the sum of what the layers do. */
const measuring = (harm: Record<string, number>) => {
  const measure = async (layers: readonly string[]) => {
    const error = new OutputError();
    error.add(values(1), values(1 + layers.reduce((sum, layer) => sum + (harm[layer] ?? 0), 0)));
    return error;
  };
  return { measure, rank: measure, workOf: () => 1 };
};

describe('chooseLayers', () => {
  it('quantizes all where that does no harm', async () => {
    const meters = measuring({ a: 0.01, b: 0.02 });
    expect((await chooseLayers(['a', 'b'], meters, 0.1)).quantized).toEqual(['a', 'b']);
  });

  it('leaves as few in float as have to be, the worst first', async () => {
    const meters = measuring({ a: 0.01, b: 0.3, c: 0.02, d: 0.06, e: 0.05 });
    const { quantized, alone, error } = await chooseLayers(['a', 'b', 'c', 'd', 'e'], meters, 0.1);
    expect(quantized).toEqual(['a', 'c', 'e']);
    expect(alone.get('b')).toBeCloseTo(0.3, 6);
    expect(error.worst).toBeCloseTo(0.08, 6);
  });

  it('brings back a layer whose harm is that of a rounding which others do as well', async () => {
    const measure = async (layers: readonly string[]) => {
      const has = (...names: string[]) => Number(names.some((name) => layers.includes(name)));
      const error = new OutputError();
      error.add(values(1), values(1 + 0.05 * has('a', 'c') + 0.01 * has('a') + 0.055 * has('b')));
      return error;
    };
    const { quantized, error } = await chooseLayers(['a', 'b', 'c'], { measure, rank: measure, workOf: () => 1 }, 0.1);
    expect(quantized).toEqual(['a', 'c']);
    expect(error.worst).toBeCloseTo(0.06, 6);
  });

  it('brings back first what has the most work', async () => {
    const { rank } = measuring({ a: 0.4, b: 0.3, c: 0.2, d: 0.1 });
    // C does harm, and so do a and b when both are quantized.
    const measure = async (layers: readonly string[]) => {
      const harmful = layers.includes('c') || (layers.includes('a') && layers.includes('b'));
      return measuring({ any: harmful ? 0.2 : 0.05 }).measure(['any']);
    };
    for (const most of ['a', 'b']) {
      const workOf = (layer: string) => Number(layer === most);
      const { quantized } = await chooseLayers(['a', 'b', 'c', 'd'], { measure, rank, workOf }, 0.1);
      expect(quantized).toEqual([most, 'd']);
    }
  });

  it('says so when nothing can be quantized', async () => {
    await expect(chooseLayers(['a', 'b'], measuring({ a: 0.5, b: 0.4 }), 0.1)).rejects.toMatchObject({
      code: 'too-sensitive',
      message: expect.stringContaining('y 0.9'),
    });
  });
});
