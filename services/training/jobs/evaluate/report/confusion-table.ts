import { type Html, html } from '../../report/html.ts';
import type { Evaluation } from '../evaluation.ts';

/** What each class's defects were called at the threshold, wherever a box lies on one. */
export function confusionTable({ confusion, classes }: Evaluation): Html {
  const names = classes.map(({ className }) => className);
  const rows = names.map(
    (name, truth) =>
      html`<tr><td>${name}</td>${names.map(
        (_, found) =>
          html`<td class="${truth === found ? 'right' : 'confused'}">${confusion.counts[truth]?.[found] ?? 0}</td>`,
      )}<td>${confusion.missed[truth] ?? 0}</td></tr>`,
  );
  const invented = names.map((_, found) => html`<td>${confusion.invented[found] ?? 0}</td>`);
  return html`<table class="confusion"><thead><tr><th>is</th>${names.map((name) => html`<th>called ${name}</th>`)}<th>missed</th></tr></thead>
<tbody>${rows}<tr><td>nothing</td>${invented}<td></td></tr></tbody></table>`;
}
