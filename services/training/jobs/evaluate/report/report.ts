import type { Evaluation, WrongVerdicts } from '../evaluation.ts';
import type { Findings } from '../gate/findings.ts';
import { classColour, precisionRecallChart } from './curves.ts';
import { exampleFigure } from './examples.ts';
import { worstFirst } from './faults.ts';
import { type Html, html, trusted } from './html.ts';
import { STYLE } from './style.ts';

/** As many pictures as someone will look at. */
const EXAMPLES = 24;

/** The evaluation as a page that needs nothing but itself: figures, curves, and the test images that went worst. */
export async function renderReport(evaluation: Evaluation, { test: { images } }: Findings): Promise<string> {
  const names = evaluation.classes.map(({ className }) => className);
  const examples: Html[] = [];
  for (const faults of worstFirst(images).slice(0, EXAMPLES)) examples.push(await exampleFigure(faults, names));
  const { metrics, coco, verdicts, thresholds, snapshot, model, classes } = evaluation;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Evaluation: mAP50 ${share(metrics.map50.value)}</title><style>${trusted(STYLE)}</style></head><body>
<header><h1>Evaluation on the test split</h1>
<p>${evaluation.images} images, ${evaluation.truths} defects, none of whose parts was seen in training. Measured with the
inspector that runs on the line, ${evaluation.millisecondsPerImage.toFixed(1)} ms an image.</p></header>
<section class="figures">
${figure('mAP50', share(metrics.map50.value))}${figure('mAP50–95', share(metrics.map.value))}${figure('mAP75', share(metrics.map75.value))}
${figure(`defective images passed${range(verdicts.escaped)}`, outOf(verdicts.escaped))}
${figure(`good images failed${range(verdicts.overkilled)}`, outOf(verdicts.overkilled))}
</section>
<table><thead><tr><th></th><th>all</th><th>small (to 32² px)</th><th>medium</th><th>large (from 96² px)</th></tr></thead><tbody>
<tr><td>average precision</td><td>${share(coco.ap)}</td><td>${share(coco.apSmall)}</td><td>${share(coco.apMedium)}</td><td>${share(coco.apLarge)}</td></tr>
<tr><td>average recall</td><td>${share(coco.ar100)}</td><td>${share(coco.arSmall)}</td><td>${share(coco.arMedium)}</td><td>${share(coco.arLarge)}</td></tr>
</tbody></table>
<section class="columns"><div>${precisionRecallChart(classes)}<p class="note">Precision over recall at IoU 0.5</p></div>
<table><thead><tr><th>class</th><th>defects</th><th>AP50</th><th>AP</th><th>AP75</th><th>found</th></tr></thead><tbody>
${classes.map(
  (figures) => html`<tr><td><i style="background:${classColour(figures.classId)}"></i>${figures.className}</td>
<td>${figures.truths}</td><td>${share(figures.ap50)}</td><td>${share(figures.ap)}</td><td>${share(figures.ap75)}</td><td>${share(figures.recall50)}</td></tr>`,
)}</tbody></table></section>
<h2>Test images, the worst first</h2>
<p class="note">Dashed and white: what people marked. Solid: what the detector reports at a confidence of ${thresholds.confidence}.</p>
<section class="examples">${examples}</section>
<footer><dl><dt>snapshot</dt><dd>${snapshot.uri}<br>${snapshot.sha256}</dd>
<dt>model</dt><dd>${model.sha256}<br>${model.trainer.name} ${model.trainer.version}, seed ${model.trainer.seed}, ${model.imageSize} px</dd></dl></footer>
</body></html>
`;
  return page.markup;
}

function figure(name: string, value: string): Html {
  return html`<div><b>${value}</b><span>${name}</span></div>`;
}

function outOf({ count, of }: WrongVerdicts): string {
  return `${count} of ${of}`;
}

/** What the true rate may be. */
function range({ rate }: WrongVerdicts): string {
  const percent = (value: number) => (100 * value).toFixed(1);
  return rate ? `: ${percent(rate.low)}–${percent(rate.high)} % with 95 % confidence` : '';
}

function share(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}
