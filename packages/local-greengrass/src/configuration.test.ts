import { describe, expect, it } from 'vitest';
import { readPointer, updatedConfiguration } from './configuration.ts';

const defaults = { threshold: '0.5', folder: { path: '/frames', keep: 'yes' }, list: [1, 2] };

describe('the configuration of a component after a deployment', () => {
  it('is the default at first', () => {
    expect(updatedConfiguration(defaults, undefined)).toEqual(defaults);
  });

  it('keeps what the device has and takes only what is new from a new recipe', () => {
    const current = { threshold: '0.7', folder: { path: '/other' } };
    expect(updatedConfiguration(defaults, current)).toEqual({
      threshold: '0.7',
      folder: { path: '/other', keep: 'yes' },
      list: [1, 2],
    });
  });

  it('resets before it merges', () => {
    const current = { threshold: '0.7', folder: { path: '/other', keep: 'no' }, list: [3] };
    const update = { reset: ['/threshold', '/folder/path'], merge: { folder: { path: '/third' }, list: [9] } };
    expect(updatedConfiguration(defaults, current, update)).toEqual({
      threshold: '0.5',
      folder: { path: '/third', keep: 'no' },
      list: [9],
    });
  });

  it('goes back to all defaults, and drops what they lack, with an empty pointer', () => {
    expect(updatedConfiguration(defaults, { extra: 1 }, { reset: [''] })).toEqual(defaults);
    expect(updatedConfiguration(defaults, { extra: 1 }, { reset: ['/extra'] })).toEqual(defaults);
  });
});

it('reads JSON pointers with escaped keys', () => {
  expect(readPointer({ 'a/b': { 'c~d': 1 } }, '/a~1b/c~0d')).toBe(1);
  expect(() => readPointer({}, 'a')).toThrow(/start with/);
});
