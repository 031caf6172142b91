/** Markup that is safe to put into a page. */
export interface Html {
  readonly markup: string;
}

type Value = Html | readonly Html[] | string | number;

/** A template whose values are escaped, unless they are markup already. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { markup: parts.map((part, index) => part + (index < values.length ? render(values[index]!) : '')).join('') };
}

/** Markup of our own, that needs no escaping. */
export function trusted(markup: string): Html {
  return { markup };
}

function render(value: Value): string {
  if (typeof value === 'string' || typeof value === 'number') return escapeText(String(value));
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
