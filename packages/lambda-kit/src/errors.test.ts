import { describe, expect, it } from 'vitest';
import { PermanentError, toError } from './errors.ts';

describe('toError', () => {
  it('leaves an error as it is', () => {
    const error = new PermanentError('gone', 'the image is gone');
    expect(toError(error)).toBe(error);
  });

  it('makes an error of whatever else was thrown', () => {
    expect(toError('away')).toEqual(new Error('away'));
    expect(toError(undefined)).toEqual(new Error('undefined'));
  });
});
