/** Whether a text fits a pattern of IAM's. */
export type Matcher = (text: string) => boolean;

const escaped = (text: string) => text.replace(/[.+^${}()|[\]\\/]/g, '\\$&');

/** `*` stands for any characters, also `/` and `:`, and `?` for one. Most patterns need no regular expression. */
export function glob(pattern: string): Matcher {
  if (pattern === '*') return () => true;
  const wild = pattern.search(/[*?]/);
  if (wild < 0) return (text) => text === pattern;
  if (wild === pattern.length - 1 && pattern.endsWith('*')) {
    const prefix = pattern.slice(0, -1);
    return (text) => text.startsWith(prefix);
  }
  const expression = new RegExp(`^${escaped(pattern).replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
  return (text) => expression.test(text);
}

/** ARNs are compared part by part: "each of the six colon-delimited components of the ARN is checked separately". */
export function arnGlob(pattern: string): Matcher {
  const matchers = arnParts(pattern).map(glob);
  return (text) => {
    const parts = arnParts(text);
    return parts.length === matchers.length && matchers.every((matches, at) => matches(parts[at] ?? ''));
  };
}

/** The last of the six parts may hold colons. */
function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
