import type { Leak } from '@assay/dataset';
import { defineRule } from './rule.ts';

/** No split shows what another shows: else the figures on it were learnt, or the threshold was. */
export const noLeak = defineRule('no-leak', {}, (_limits, { leaks: { images, found } }) => {
  const numbers = { leaks: found.length, test: images.test, train: images.train, validation: images.validation };
  const [first] = found;
  if (first === undefined) {
    const reason = `none of the ${images.test} test images shares pixels or a part with the ${images.train} of training and the ${images.validation} of validation`;
    return { status: 'passed', reason, numbers };
  }
  const pixels = found.filter(({ because }) => because === 'pixels').length;
  const counts = [
    ...(pixels > 0 ? [`${pixels} pairs of images share pixels`] : []),
    ...(pixels < found.length ? [`${found.length - pixels} groups straddle splits`] : []),
  ];
  const reason = `the splits leak: ${counts.join(' and ')}, such as ${pairText(first)}. The report shows them; figures on such splits mean nothing. Split the data set again.`;
  return { status: 'failed', reason, numbers };
});

function pairText({ images, splits }: Leak): string {
  return `${images[0].slice(0, 12)} of ${splits[0]} and ${images[1].slice(0, 12)} of ${splits[1]}`;
}
