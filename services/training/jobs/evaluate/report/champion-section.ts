import { meanOf } from '@assay/vision';
import { type Html, html } from '../../report/html.ts';
import type { Evaluation } from '../evaluation.ts';
import type { Findings } from '../gate/findings.ts';
import type { MeasuredImage } from '../measurement.ts';
import { exampleFigure } from './examples.ts';
import { faultsOf } from './faults.ts';
import { change, share } from './figures.ts';

const MOST_PICTURES = 12;

/** What changes when this model replaces the approved one: figures, and the test images whose verdict is another. */
export async function championSection(evaluation: Evaluation, { champion, test, names }: Findings): Promise<Html> {
  const figures = evaluation.champion;
  if (champion === undefined || figures === null) {
    return html`<h2>Against the champion</h2><p>No model is approved yet: there is none to compare with.</p>`;
  }
  const rows = evaluation.classes.map(({ classId, className, ap50 }) => {
    const theirs = figures.ap50[classId] ?? null;
    return html`<tr><td>${className}</td><td>${share(ap50)}</td><td>${share(theirs)}</td><td>${difference(ap50, theirs)}</td></tr>`;
  });
  // A class that is new must not count against the champion, nor make up for a loss in an old one.
  const mean =
    meanOf(evaluation.classes.map(({ classId, ap50 }) => (figures.ap50[classId] == null ? null : ap50))) ?? null;
  // What nothing would look for any more.
  const lost = champion.names.filter((name) => !names.includes(name));
  const lostRows = lost.map((name) => html`<tr><td>${name}</td><td>no such class</td><td>–</td><td>–</td></tr>`);
  const changed = test.images.flatMap((image, index) => {
    const before = champion.test.images[index];
    return before && before.inspection.verdict !== image.inspection.verdict ? [image] : [];
  });
  const pictures: Html[] = [];
  for (const image of changed.slice(0, MOST_PICTURES)) pictures.push(await exampleFigure(faultsOf(image), names));
  const { escaped, overkilled } = evaluation.parts;
  const { escaped: theirEscaped, overkilled: theirOverkilled } = figures.parts;
  return html`<h2>Against the champion</h2>
<p class="note">${figures.modelPackageArn}, measured on the same test images with its own threshold.</p>
<table><thead><tr><th>AP50</th><th>this model</th><th>champion</th><th>change</th></tr></thead><tbody>${rows}${lostRows}
<tr><td>mean of the classes that both know</td><td>${share(mean)}</td><td>${share(figures.map50)}</td><td>${difference(mean, figures.map50)}</td></tr>
<tr><td>parts escaped</td><td>${escaped.count} of ${escaped.of}</td><td>${theirEscaped.count} of ${theirEscaped.of}</td><td>${signed(escaped.count - theirEscaped.count)}</td></tr>
<tr><td>parts overkilled</td><td>${overkilled.count} of ${overkilled.of}</td><td>${theirOverkilled.count} of ${theirOverkilled.of}</td><td>${signed(overkilled.count - theirOverkilled.count)}</td></tr>
</tbody></table>
<p>${verdictChanges(changed)}</p><section class="examples">${pictures}</section>`;
}

function verdictChanges(changed: readonly MeasuredImage[]): string {
  const right = changed.filter(
    ({ truths, inspection }) => truths.length > 0 === (inspection.verdict === 'fail'),
  ).length;
  if (changed.length === 0) return 'Every test image gets the verdict that the champion gave it.';
  return `${changed.length} test images get another verdict: ${right} a right one now, ${changed.length - right} a wrong one.`;
}

const difference = (ours: number | null, theirs: number | null) =>
  ours === null || theirs === null ? '–' : change(ours - theirs);

const signed = (count: number) => (count > 0 ? `+${count}` : String(count).replace('-', '−'));
