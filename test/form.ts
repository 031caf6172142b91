/** The long form of the tests that draw at random: `npm run test:chaos`. `npm test` runs the short one. */
export const longForm = process.env.ASSAY_TEST_FORM === 'long';

/**
 * What a test that draws at random starts from; printed, so that a failure can be played again with
 * `ASSAY_TEST_SEED`. The short form always draws the same, the long form something new each time.
 */
export function testSeed(of: string): number {
  const seed = Number(process.env.ASSAY_TEST_SEED ?? (longForm ? Date.now() % 1_000_000 : 1));
  console.info(`${of}: seed ${seed} (ASSAY_TEST_SEED=${seed} plays it again)`);
  return seed;
}
