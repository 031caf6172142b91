import { type Html, html } from '../../report/html.ts';
import type { Evaluation } from '../evaluation.ts';
import type { RuleOutcome } from '../gate/verdict.ts';

/** The verdict, and each rule with its answer, its reason, its limits and its figures. */
export function gateSection({ gate }: Evaluation): Html {
  const refusing = gate.rules.filter(({ refuses }) => refuses);
  const headline =
    gate.verdict === 'passed'
      ? html`The model passed the gate.`
      : html`The model was refused by ${refusing.map(({ rule }) => rule).join(', ')}.`;
  const notAsked =
    gate.notAsked.length > 0 ? html`<p class="note">Not asked by this gate: ${gate.notAsked.join(', ')}.</p>` : html``;
  return html`<section class="gate ${gate.verdict}"><h2>${headline}</h2>
<table><thead><tr><th>rule</th><th>answer</th><th>why</th><th>figures</th></tr></thead><tbody>${gate.rules.map(row)}</tbody></table>
${notAsked}</section>`;
}

function row({ rule, status, refuses, reason, numbers, setting }: RuleOutcome): Html {
  const limits = Object.entries(setting).map(([name, value]) => `${name} ${String(value)}`);
  const figures = Object.entries(numbers).map(([name, value]) => `${name} ${numeral(value)}`);
  const answer = refuses && status === 'undecided' ? 'undecided, which refuses' : status;
  return html`<tr class="${status}${refuses ? ' refuses' : ''}"><td>${rule}</td><td><b>${answer}</b></td>
<td>${reason}<br><small>${limits.join(', ')}</small></td><td><small>${figures.join(', ')}</small></td></tr>`;
}

function numeral(value: number | null): string {
  if (value === null) return '–';
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) < 0.001 ? value.toExponential(1) : value.toFixed(3);
}
