/** More `*` than this, or longer repetitions, and EventBridge calls a rule too complex (recorded on AWS: 6 are refused). */
const MOST_STARS = 5;

/**
 * Whether a text fits a wildcard pattern: `*` stands for any characters, `\*` and `\\` for themselves.
 * @throws Error with event-ruler's wording when the pattern is malformed or too complex.
 */
export function wildcardMatcher(pattern: string): (text: string) => boolean {
  const pieces = literalPieces(pattern);
  if (pieces.length - 1 > MOST_STARS)
    throw new Error(
      'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
    );
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    // The leftmost place of each piece leaves the most room for the next: no backtracking.
    for (const piece of rest) {
      const found = text.indexOf(piece, at);
      if (found < 0 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}

/** The literal texts between the stars. */
function literalPieces(pattern: string): string[] {
  const pieces = [''];
  let starAt = -1;
  for (let at = 0; at < pattern.length; at++) {
    let char = pattern.charAt(at);
    if (char === '*') {
      // event-ruler counts from the opening quote.
      if (starAt === at - 1 && at > 0) throw new Error(`Consecutive wildcard characters at pos ${at}`);
      starAt = at;
      pieces.push('');
      continue;
    }
    if (char === '\\') {
      char = pattern.charAt(++at);
      if (char !== '*' && char !== '\\') throw new Error(`Invalid escape character at pos ${at}`);
    }
    pieces[pieces.length - 1] += char;
  }
  return pieces;
}
