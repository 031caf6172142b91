/**
 * Keeps the event map of ARCHITECTURE.md true: `node tools/event-map.ts --write | --check`. It is made of the catalogue
 * (who says what) and of every service's rules (who hears it), and stands between two markers.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { catalogue, type EventDefinition } from '@assay/events';
import { readServiceRules, type ServiceRule } from '@assay/events/testing';

const START = '<!-- event-map:start -->';
const END = '<!-- event-map:end -->';

const definitions: readonly EventDefinition[] = Object.values(catalogue);

/** The map as Markdown: a drawing, and a table below it. */
export function eventMap(rules: readonly ServiceRule[]): string {
  const hears = (definition: EventDefinition): string[] =>
    rules
      .filter(
        ({ sources, detailTypes }) => sources.includes(definition.source) && detailTypes.includes(definition.name),
      )
      .map(({ service }) => service);
  return ['```mermaid', ...drawing(rules, hears), '```', '', ...table(hears), '', ...awsTable(rules)].join('\n');
}

type Hears = (definition: EventDefinition) => readonly string[];

function drawing(rules: readonly ServiceRule[], hears: Hears): string[] {
  const arrows = definitions.flatMap((definition) =>
    hears(definition).map((consumer) => `  ${definition.owner} -- ${definition.name} --> ${consumer}`),
  );
  const fromAws = rules.flatMap(({ service, sources, detailTypes }) =>
    sources.flatMap((source) =>
      source.startsWith('aws.') ? detailTypes.map((type) => `  ${source}([${source}]) -. ${type} .-> ${service}`) : [],
    ),
  );
  return ['flowchart LR', ...new Set([...arrows, ...fromAws])];
}

function table(hears: Hears): string[] {
  return [
    '| event | said by | heard by | what happened |',
    '|---|---|---|---|',
    ...definitions.map((definition) => {
      const speaker = definition.openToAll ? `${definition.owner} and anyone` : definition.owner;
      const consumers = [...new Set(hears(definition))].join(', ') || '–';
      return `| \`${definition.name}\` v${definition.version} | ${speaker} | ${consumers} | ${definition.describe} |`;
    }),
  ];
}

function awsTable(rules: readonly ServiceRule[]): string[] {
  const rows = rules.flatMap(({ service, sources, detailTypes, schedule }) => {
    const events = sources.some((source) => source.startsWith('aws.')) ? detailTypes : [];
    return [...events, ...(schedule === undefined ? [] : [`schedule \`${schedule}\``])].map(
      (event) => `| ${service} | ${event} |`,
    );
  });
  return ['| service | hears of AWS |', '|---|---|', ...new Set(rows)];
}

/** Puts the map between the markers of a page. */
export function insertMap(page: string, map: string): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start < 0 || end < start) {
    throw new Error(`ARCHITECTURE.md lacks the markers of the event map; add the lines "${START}" and "${END}"`);
  }
  return `${page.slice(0, start + START.length)}\n\n${map}\n\n${page.slice(end)}`;
}

function main(mode: string | undefined): void {
  const root = path.resolve(import.meta.dirname, '..');
  const file = path.join(root, 'ARCHITECTURE.md');
  if (!existsSync(file)) throw new Error('there is no ARCHITECTURE.md to keep the event map in');
  const page = readFileSync(file, 'utf8');
  const wanted = insertMap(page, eventMap(readServiceRules(path.join(root, 'services'))));
  if (mode === '--write') {
    writeFileSync(file, wanted);
  } else if (mode !== '--check') {
    throw new Error('say --write to renew the event map or --check to hold it against the code');
  } else if (page !== wanted) {
    throw new Error('the event map of ARCHITECTURE.md is out of date; run: node tools/event-map.ts --write');
  }
}

if (import.meta.main) {
  try {
    main(process.argv[2]);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
