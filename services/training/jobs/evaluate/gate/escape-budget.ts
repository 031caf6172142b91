import { defineBudget } from './budget.ts';

/** How many of the defective parts may pass. */
export const escapeBudget = defineBudget('escape-budget', {
  of: 'escaped',
  numbers: { wrong: 'escaped', parts: 'defectiveParts' },
  happened: 'defective parts escaped',
  none: 'defective part that could escape',
  more: 'defective ones of which none escapes',
});
