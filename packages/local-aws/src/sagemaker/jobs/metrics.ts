export interface Metric {
  name: string;
  value: number;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Reads metrics out of log lines: the first group of the expression is the number, the last one seen is final. */
export function metricReader(definitions: { Name?: string | undefined; Regex?: string | undefined }[] = []) {
  const expressions = definitions.map(({ Name = '', Regex = '' }) => ({ name: Name, expression: new RegExp(Regex) }));
  const seen = new Map<string, Metric>();
  return {
    read(line: string, at: number): void {
      for (const { name, expression } of expressions) {
        const value = Number(expression.exec(line)?.[1] ?? Number.NaN);
        if (!Number.isNaN(value)) seen.set(name, { name, value, at });
      }
    },
    final: (): Metric[] => [...seen.values()],
  };
}
