const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** "RFC3339 profile of ISO 8601, with an uppercase T and, in the absence of a numeric offset, an uppercase Z". */
export function isTimestamp(text: string): boolean {
  return RFC3339.test(text) && !Number.isNaN(Date.parse(text));
}
