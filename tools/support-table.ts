// Writes (or checks) the table of what the embedded AWS supports, from the code that supports it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { services } from '../packages/local-aws/src/services.ts';
import { replaceBetweenMarkers } from './markers.ts';

const path = join(import.meta.dirname, '..', 'packages', 'local-aws', 'README.md');

/** One row a service: its operations and its CloudFormation resource types. */
export function supportTable(): string {
  const rows = services
    .map((service) => ({ ...service, resourceTypes: Object.keys(service.resources).sort() }))
    .sort((a, b) => a.name.localeCompare(b.name))
    .map(({ name, operationNames, resourceTypes }) => {
      const types = resourceTypes.map((type) => `\`${type}\``).join('<br>');
      return `| ${name} | ${operationNames.length} | ${operationNames.join(', ')} | ${types} |`;
    });
  return ['| service | operations | | CloudFormation |', '|---|---|---|---|', ...rows].join('\n');
}

const document = readFileSync(path, 'utf8');
const updated = replaceBetweenMarkers(document, 'support', supportTable(), path);
if (process.argv.includes('--write')) writeFileSync(path, updated);
else if (updated !== document) {
  console.error('packages/local-aws/README.md no longer says what is supported: run "npm run documents".');
  process.exitCode = 1;
}
