import { type Html, html, trusted } from '../../report/html.ts';
import { STYLE } from '../../report/style.ts';
import type { ClassFigures, Evaluation, WrongVerdicts } from '../evaluation.ts';
import type { Findings } from '../gate/findings.ts';
import type { PartCount } from '../gate/part-verdicts.ts';
import { championSection } from './champion-section.ts';
import { choicesSection } from './choices-section.ts';
import { confusionTable } from './confusion-table.ts';
import { classColour, precisionRecallChart } from './curves.ts';
import { exampleFigure } from './examples.ts';
import { type Faults, faultsOf, worstFalseAlarms, worstMisses } from './faults.ts';
import { percent, share } from './figures.ts';
import { gateSection } from './gate-section.ts';
import { leaksSection } from './leaks-section.ts';

/** As many pictures of a kind as someone will look at. */
const EXAMPLES = 12;

/**
 * The evaluation as a page that needs nothing but itself: the gate's verdict with its reasons, figures, curves, confusion,
 * what changed against the champion, and the test images that went worst.
 *
 * @param leaking the images of pairs that leak, by id
 */
export async function renderReport(
  evaluation: Evaluation,
  findings: Findings,
  leaking: ReadonlyMap<string, Uint8Array>,
): Promise<string> {
  const { metrics, coco, verdicts, parts, thresholds, snapshot, model, classes } = evaluation;
  const faults = findings.test.images.map(faultsOf);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Evaluation: ${evaluation.gate.verdict}, AP50 ${share(metrics.map50.value)}</title><style>${trusted(STYLE)}</style></head><body>
<header><h1>Evaluation on the test split</h1>
<p>${evaluation.images} images, ${evaluation.truths} defects. Measured with the inspector that runs on the line,
${evaluation.millisecondsPerImage.toFixed(1)} ms an image.</p></header>
${gateSection(evaluation)}
${await leaksSection(evaluation, leaking)}
<section class="figures">
${figure('AP50', share(metrics.map50.value))}${figure('AP50–95', share(metrics.map.value))}${figure('AP75', share(metrics.map75.value))}
${figure('defective parts escaped', outOf(parts.escaped))}${figure('good parts overkilled', outOf(parts.overkilled))}
${figure(`defective images passed${range(verdicts.escaped)}`, outOf(verdicts.escaped))}
${figure(`good images failed${range(verdicts.overkilled)}`, outOf(verdicts.overkilled))}
</section>
${choicesSection(evaluation)}
<h2>By class and size</h2>
<section class="columns"><div>${precisionRecallChart(classes)}<p class="note">Precision over recall at IoU 0.5</p></div>
<div><table><thead><tr><th>class</th><th>defects</th><th>AP50</th><th>AP</th><th>AP75</th><th>found at any confidence</th></tr></thead><tbody>${classes.map(classRow)}</tbody></table>
<p class="note">What was called what, at a confidence of ${thresholds.confidence} and IoU 0.5</p>${confusionTable(evaluation)}</div></section>
<table><thead><tr><th></th><th>all</th><th>small (to 32² px)</th><th>medium</th><th>large (from 96² px)</th></tr></thead><tbody>
<tr><td>average precision</td><td>${share(coco.ap)}</td><td>${share(coco.apSmall)}</td><td>${share(coco.apMedium)}</td><td>${share(coco.apLarge)}</td></tr>
<tr><td>average recall</td><td>${share(coco.ar100)}</td><td>${share(coco.arSmall)}</td><td>${share(coco.arMedium)}</td><td>${share(coco.arLarge)}</td></tr>
</tbody></table>
${await championSection(evaluation, findings)}
${await examples('The worst misses', worstMisses(faults), findings.names)}
${await examples('The worst false alarms', worstFalseAlarms(faults), findings.names)}
<p class="note">Dashed and white: what people marked. Solid: what the detector reports at a confidence of ${thresholds.confidence}.</p>
<footer><dl><dt>snapshot</dt><dd>${snapshot.uri}<br>${snapshot.sha256}</dd>
<dt>model</dt><dd>${model.sha256}<br>${model.trainer.name} ${model.trainer.version}, seed ${model.trainer.seed}, ${model.imageSize.width} × ${model.imageSize.height} px</dd></dl></footer>
</body></html>
`;
  return page.markup;
}

async function examples(title: string, faults: readonly Faults[], names: readonly string[]): Promise<Html> {
  if (faults.length === 0) return html`<h2>${title}</h2><p>None.</p>`;
  const figures: Html[] = [];
  for (const one of faults.slice(0, EXAMPLES)) figures.push(await exampleFigure(one, names));
  return html`<h2>${title}</h2><p class="note">${figures.length} of ${faults.length} images.</p><section class="examples">${figures}</section>`;
}

function classRow({ classId, className, truths, ap50, ap, ap75, recall50 }: ClassFigures): Html {
  return html`<tr><td><i style="background:${classColour(classId)}"></i>${className}</td>
<td>${truths}</td><td>${share(ap50)}</td><td>${share(ap)}</td><td>${share(ap75)}</td><td>${share(recall50)}</td></tr>`;
}

function figure(name: string, value: string): Html {
  return html`<div><b>${value}</b><span>${name}</span></div>`;
}

const outOf = ({ count, of }: PartCount) => `${count} of ${of}`;

/** What the true rate may be. */
function range({ rate }: WrongVerdicts): string {
  return rate ? `: ${percent(rate.low)} to ${percent(rate.high)} with 95 % confidence` : '';
}
