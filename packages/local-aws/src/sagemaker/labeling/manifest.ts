import type { ManifestLine } from './job.ts';

/** The most characters of a line ("Input Data Quotas"). */
const LONGEST_LINE = 100_000;
/** The most characters of an attribute's value, as JSON. */
const LONGEST_ATTRIBUTE = 20_000;

/** The lines of an input manifest; throws an `Error` that names the first line that is wrong, which fails a job. */
export function parseManifest(text: string): ManifestLine[] {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const objects: ManifestLine[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    objects.push(parseLine(line, `line ${index + 1} of the input manifest`));
  }
  if (objects.length === 0) throw new Error('the input manifest has no lines');
  if (objects.length > 100_000) throw new Error(`the input manifest has ${objects.length} lines; 100000 is the most`);
  return objects;
}

function parseLine(line: string, where: string): ManifestLine {
  if (line.length > LONGEST_LINE)
    throw new Error(`${where} has ${line.length} characters; ${LONGEST_LINE} is the most`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new Error(`${where} is not valid JSON`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${where} is no JSON object`);
  const object: ManifestLine = { ...value };
  if (typeof object['source-ref'] !== 'string' || !/^s3:\/\/[^/]+\/.+/.test(object['source-ref']))
    throw new Error(`${where} has no "source-ref" with the S3 location of an image`);
  const long = Object.entries(object).find(([, member]) => JSON.stringify(member).length > LONGEST_ATTRIBUTE);
  if (long) throw new Error(`the attribute "${long[0]}" of ${where} has more than ${LONGEST_ATTRIBUTE} characters`);
  const reserved = Object.keys(object).find((name) => name.startsWith('$'));
  if (reserved !== undefined) throw new Error(`${where} has the attribute "${reserved}"; names may not begin with $`);
  return object;
}

/** The labels of a label category configuration file; throws an `Error` that says what is wrong. */
export function parseCategories(text: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error('the label category configuration file is not valid JSON', { cause });
  }
  const labels = value instanceof Object && 'labels' in value && Array.isArray(value.labels) ? value.labels : [];
  const names = labels.map((entry: unknown) =>
    entry instanceof Object && 'label' in entry && typeof entry.label === 'string' ? entry.label : '',
  );
  if (names.length === 0) throw new Error('the label category configuration file has no labels');
  // The quota page says 50; the crowd elements show 10.
  if (names.length > 50)
    throw new Error(`the label category configuration file has ${names.length} labels; 50 is the most`);
  const wrong = names.find((name, index) => name === '' || name.length > 256 || names.indexOf(name) < index);
  if (wrong !== undefined)
    throw new Error(
      `the label category configuration file has the label "${wrong}", which is empty, too long or there twice`,
    );
  return names;
}
