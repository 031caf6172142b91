/**
 * Draws as many groups as there are, with replacement.
 *
 * @param groups the group of each image
 * @returns a function that gives, at each call, how often each image counts; the array is used again at the next call
 */
export function groupResampler(groups: readonly string[], random: () => number): () => Uint32Array {
  const numbers = new Map([...new Set(groups)].map((group, number) => [group, number]));
  const groupOfImage = groups.map((group) => numbers.get(group)!);
  const drawn = new Uint32Array(numbers.size);
  const weights = new Uint32Array(groups.length);
  return () => {
    drawn.fill(0);
    for (let draw = 0; draw < drawn.length; draw++) drawn[Math.floor(random() * drawn.length)]!++;
    for (const [image, group] of groupOfImage.entries()) weights[image] = drawn[group]!;
    return weights;
  };
}
