/** A share with three decimals; a dash where nothing could be measured. */
export function share(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}

export function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

/** A difference with its sign. */
export function change(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}
