/** The label that most workers chose; of several, the first of those that are given. `confidence` is 0 with a single worker. */
export function consolidateVerdicts(labels: string[]): { label: string; confidence: number } {
  const votes = new Map<string, number>();
  for (const label of labels) votes.set(label, (votes.get(label) ?? 0) + 1);
  const most = Math.max(...votes.values());
  const label = labels.find((candidate) => votes.get(candidate) === most) ?? '';
  return { label, confidence: labels.length === 1 ? 0 : Math.round((most / labels.length) * 100) / 100 };
}
