import { describe, expect, it } from 'vitest';
import { exitMessage } from './run-job.ts';

describe('an exit message', () => {
  it('is at most as long as SageMaker takes, and whole characters', () => {
    expect(exitMessage(new Error('short'))).toBe('short');
    expect(exitMessage('ä'.repeat(2000))).toBe('ä'.repeat(512));
    expect(exitMessage(`x${'🚲'.repeat(2000)}`)).toBe(`x${'🚲'.repeat(255)}`);
  });

  it('takes no longer for a message of megabytes', { timeout: 2000 }, () => {
    expect(exitMessage(new Error('y'.repeat(4_000_000)))).toBe('y'.repeat(1024));
  });
});
