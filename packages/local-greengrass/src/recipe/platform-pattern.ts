/** What a manifest wants of an attribute: `/regular expression/`, or undefined for an exact value. Throws on a broken one. */
export function patternOf(wanted: string): RegExp | undefined {
  const [, pattern] = /^\/(.+)\/$/s.exec(wanted) ?? [];
  return pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`);
}

export function isUsable(wanted: string): boolean {
  try {
    patternOf(wanted);
    return true;
  } catch {
    return false;
  }
}
