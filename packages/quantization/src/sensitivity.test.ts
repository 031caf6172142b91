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
  return { measure, rank: measure };
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

  it('says so when nothing can be quantized', async () => {
    await expect(chooseLayers(['a', 'b'], measuring({ a: 0.5, b: 0.4 }), 0.1)).rejects.toMatchObject({
      code: 'too-sensitive',
      message: expect.stringContaining('y 0.9'),
    });
  });
});
