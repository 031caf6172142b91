import { boundsOf } from '@assay/vision';
import { ap50Of, groupCount, LEAST_GROUPS } from './resampling.ts';
import { defineRule, figure, percent, share } from './rule.ts';

/** AP50 on the test split reaches the floor, not by luck. */
export const ap50Floor = defineRule(
  'ap50-floor',
  { floor: share, confidence: share },
  ({ floor, confidence }, { test }) => {
    const measured = ap50Of(test);
    const parts = groupCount(test);
    const { low } = boundsOf(measured, confidence);
    const numbers = { ap50: measured.estimate, low, floor, parts };
    const estimate = `AP50 ${figure(measured.estimate)} on the test split`;
    if (measured.estimate < floor) {
      return { status: 'failed', reason: `${estimate}, at least ${figure(floor)} is asked for`, numbers };
    }
    if (parts < LEAST_GROUPS) {
      const reason = `${estimate}, of ${parts} parts: at least ${LEAST_GROUPS} are needed to say that it is ${figure(floor)} or more`;
      return { status: 'undecided', reason, numbers };
    }
    const bound = `${figure(low)} or more with ${percent(confidence)} confidence`;
    return low >= floor
      ? { status: 'passed', reason: `${estimate}, ${bound}; ${figure(floor)} is asked for`, numbers }
      : {
          status: 'undecided',
          reason: `${estimate}, but only ${bound}; ${figure(floor)} is asked for. More test parts would tell.`,
          numbers,
        };
  },
);
