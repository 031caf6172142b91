/** What a text says; undefined when it isn't JSON, and the schema says what was expected instead. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
