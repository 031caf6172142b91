import { describe, expect, it } from 'vitest';
import { mediumShape, nanoShape, smallShape } from '../network/shape.ts';
import { defaultTrainingSettings } from '../training/defaults.ts';
import { parseHyperparameters, settingsOf } from './hyperparameters.ts';

const settings = (values: Readonly<Record<string, string>>) => settingsOf(parseHyperparameters(values), 100);

describe('hyperparameters', () => {
  it('leave the defaults alone when none is given', () => {
    const { validateEvery, ...rest } = settings({});
    expect({ ...rest, validateEvery: 200 }).toEqual(defaultTrainingSettings);
    expect(validateEvery).toBe(Math.ceil(1000 / 6));
  });

  it('vary images more in a long run, unless they say otherwise', () => {
    expect(settings({ steps: '2999' }).augmentation.mosaic).toBe(0);
    expect(settings({ steps: '3000' })).toMatchObject({
      validateEvery: 500,
      augmentation: { mosaic: 0.5, scale: 0.25 },
      optimizer: { averageDecay: 0.998 },
    });
    expect(settings({ epochs: '400' }).augmentation.mosaic).toBe(0.5);
    expect(settings({ steps: '3000', mosaic: '0' }).augmentation.mosaic).toBe(0);
    expect(settings({ steps: '10', mosaic: '0.25' }).augmentation.mosaic).toBe(0.25);
  });

  it('choose the network, and whether a direction means something', () => {
    expect(settings({}).shape).toEqual(nanoShape);
    expect(settings({ size: 'small', rotate: '0.25' })).toMatchObject({
      shape: smallShape,
      augmentation: { rotate: 0.25, flip: true },
    });
    expect(settings({ size: 'medium' }).shape).toEqual(mediumShape);
    expect(settings({ backbone: 'own' }).shape).toEqual({ ...nanoShape, backbone: 'own' });
    expect(() => settings({ backbone: 'resnet' })).toThrow('backbone: ');
  });
});
