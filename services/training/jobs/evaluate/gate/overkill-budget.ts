import { defineBudget } from './budget.ts';

/** How many of the good parts may fail: a line that fails every part lets none escape. */
export const overkillBudget = defineBudget('overkill-budget', {
  of: 'overkilled',
  numbers: { wrong: 'overkilled', parts: 'goodParts' },
  happened: 'good parts failed',
  none: 'good part that could fail',
  more: 'good ones of which none fails',
});
