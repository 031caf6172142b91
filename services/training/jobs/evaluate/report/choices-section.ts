import { type Html, html } from '../../report/html.ts';
import type { Evaluation } from '../evaluation.ts';
import type { PartCount } from '../gate/part-verdicts.ts';

const CHOICES = {
  within: 'keeps the escape and overkill limits there',
  'trade-off': 'no threshold keeps the escape and overkill limits there: this one has the lowest sum of both rates',
  unknown: "validation shows no defective part, so the trainer's threshold is kept",
} as const;

/** What was chosen on the validation split, before the test was looked at. */
export function choicesSection({ operatingPoint, precision }: Evaluation): Html {
  const { confidence, choice, validation } = operatingPoint;
  return html`<h2>Chosen on validation</h2>
<dl><dt>threshold</dt><dd>${confidence}: ${CHOICES[choice]}. Of its parts ${outOf(validation.escaped)} defective ones pass and
${outOf(validation.overkilled)} good ones fail.</dd>
<dt>precision</dt><dd>${precision.precision}: ${precision.reason}.</dd></dl>`;
}

const outOf = ({ count, of }: PartCount) => `${count} of ${of}`;
