import { z } from 'zod';
import type { MeasuredImage } from '../measurement.ts';
import { defineRule } from './rule.ts';

const milliseconds = z.number().positive();

/** What the inspector takes an image, from the encoded photograph to the verdict, on the machine that evaluates. */
export const latency = defineRule('latency', { median: milliseconds, p99: milliseconds }, (limits, { test }) => {
  const numbers = { median: quantileOf(test.images, 0.5), p99: quantileOf(test.images, 0.99) };
  const seen = `${numbers.median.toFixed(1)} ms an image, ${numbers.p99.toFixed(1)} ms at the 99th percentile`;
  const asked = `${limits.median} and ${limits.p99} ms are asked for`;
  return numbers.median <= limits.median && numbers.p99 <= limits.p99
    ? { status: 'passed', reason: `${seen}; ${asked}`, numbers }
    : { status: 'failed', reason: `too slow: ${seen}; ${asked}. Train with a smaller image size.`, numbers };
});

/** The smallest time that this share of the images doesn't exceed. */
export function quantileOf(images: readonly MeasuredImage[], part: number): number {
  const ordered = images.map(({ inspection }) => inspection.milliseconds).sort((a, b) => a - b);
  return ordered[Math.max(0, Math.ceil(part * ordered.length) - 1)] ?? 0;
}
