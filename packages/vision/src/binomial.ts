/** Where a share lies, both ends from 0 to 1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Halvings after which a number from 0 to 1 is as near as numbers can be. */
const HALVINGS = 60;

/**
 * Clopper and Pearson's interval of a share of which `count` of `total` trials were seen: it covers the true share with at
 * least this confidence, however few trials there were.
 *
 * @param total 1 or more
 * @param confidence such as 0.95; what is left of it is halved between the two ends
 */
export function clopperPearson(count: number, total: number, confidence: number): Interval {
  const oneSided = (1 + confidence) / 2;
  return {
    low: 1 - clopperPearsonUpper(total - count, total, oneSided),
    high: clopperPearsonUpper(count, total, oneSided),
  };
}

/** The share that is not exceeded, with this confidence: the largest of which so few of the trials are not too unlikely. */
export function clopperPearsonUpper(count: number, total: number, confidence: number): number {
  if (count === total) return 1;
  let [low, high] = [count / total, 1];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (atMost(count, total, middle) > 1 - confidence) low = middle;
    else high = middle;
  }
  return high;
}

/** The binomial distribution's probability of `count` or fewer of `total`. */
function atMost(count: number, total: number, share: number): number {
  const odds = Math.log(share) - Math.log1p(-share);
  // Summed from logarithms, as a term of thousands of trials is smaller than any number.
  let logarithm = total * Math.log1p(-share);
  let sum = Math.exp(logarithm);
  for (let hits = 1; hits <= count; hits++) {
    logarithm += Math.log((total - hits + 1) / hits) + odds;
    sum += Math.exp(logarithm);
  }
  return sum;
}
