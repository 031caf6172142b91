import { RECALL_LEVELS } from '@assay/vision';
import { type Html, html } from '../../report/html.ts';
import type { ClassFigures } from '../evaluation.ts';

const SIDE = 260;
const MARGIN = 44;
/** Told apart by people who see colours differently, too (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#808080'];

export function classColour(classId: number): string {
  return COLOURS[classId % COLOURS.length]!;
}

/** Precision over recall at IoU 0.5, a line a class. */
export function precisionRecallChart(classes: readonly ClassFigures[]): Html {
  const x = (recall: number) => (MARGIN + recall * SIDE).toFixed(1);
  const y = (precision: number) => (10 + (1 - precision) * SIDE).toFixed(1);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const grid = ticks.map(
    (tick) => html`<path d="M${x(0)} ${y(tick)}H${x(1)}M${x(tick)} ${y(0)}V${y(1)}" class="grid"/>
<text x="${x(tick)}" y="${SIDE + 26}" text-anchor="middle">${tick}</text>
<text x="${MARGIN - 6}" y="${Number(y(tick)) + 4}" text-anchor="end">${tick}</text>`,
  );
  const lines = classes
    .filter(({ precision50 }) => precision50.length > 0)
    .map(({ classId, className, precision50 }) => {
      const points = precision50.map((precision, index) => `${x(RECALL_LEVELS[index] ?? 1)},${y(precision)}`);
      return html`<polyline points="${points.join(' ')}" fill="none" stroke="${classColour(classId)}" stroke-width="2"><title>${className}</title></polyline>`;
    });
  return html`<svg viewBox="0 0 ${SIDE + MARGIN + 12} ${SIDE + 44}" class="chart" role="img" aria-label="Precision over recall">
${grid}${lines}
<text x="${MARGIN + SIDE / 2}" y="${SIDE + 41}" text-anchor="middle">recall</text>
<text x="9" y="${10 + SIDE / 2}" text-anchor="middle" transform="rotate(-90 9 ${10 + SIDE / 2})">precision</text>
</svg>`;
}
