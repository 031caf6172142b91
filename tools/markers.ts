/** Replaces what stands between `<!-- name:start -->` and `<!-- name:end -->`. Throws when the markers are missing. */
export function replaceBetweenMarkers(document: string, name: string, content: string, path: string): string {
  const start = `<!-- ${name}:start -->`;
  const end = `<!-- ${name}:end -->`;
  const from = document.indexOf(start);
  const to = document.indexOf(end);
  if (from < 0 || to < from)
    throw new Error(`${path} has no ${start} … ${end}: put the markers where the table belongs`);
  return `${document.slice(0, from + start.length)}\n${content}\n${document.slice(to)}`;
}
