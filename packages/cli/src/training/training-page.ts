import { duration } from '../output/terminal.ts';
import type { History } from './history.ts';

export interface TrainingState {
  /** How it ended; undefined while it runs. */
  readonly ended?: string;
  readonly images: { readonly train: number; readonly validation: number };
  readonly steps: number;
  readonly step: number;
  readonly imagesPerSecond?: number;
  readonly remainingMilliseconds?: number;
  readonly history: History;
}

interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly { readonly step: number; readonly value: number }[];
}

const SIZE = { width: 760, height: 300, left: 52, right: 150, top: 34, bottom: 40 };
const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:820px;padding:0 1rem;color:#1c2733}
svg{width:100%;height:auto}td,th{padding:.15rem .9rem .15rem 0;text-align:right}`;
const SECONDS_BETWEEN_LOADS = 5;

/** A page that needs nothing but itself: the curves of losses and precision. While the run goes on it loads itself anew. */
export function trainingPage(state: TrainingState): string {
  const { ended, images, steps, step, imagesPerSecond, remainingMilliseconds, history } = state;
  const losses: Curve[] = [
    { name: 'classes', colour: '#0072b2', points: history.losses.map((at) => ({ step: at.step, value: at.classes })) },
    { name: 'boxes', colour: '#e69f00', points: history.losses.map((at) => ({ step: at.step, value: at.boxes })) },
  ];
  const measured = (name: string, colour: string, figure: 'ap50' | 'ap'): Curve => ({
    name,
    colour,
    points: history.measurements.flatMap((at) =>
      at[figure] === undefined ? [] : [{ step: at.step, value: at[figure] }],
    ),
  });
  const precision = [measured('AP50', '#009e73', 'ap50'), measured('AP', '#cc79a7', 'ap')];
  const rows = history.measurements.map(
    (at) => `<tr><td>${at.step}</td><td>${figure(at.ap50)}</td><td>${figure(at.ap)}</td></tr>`,
  );
  const pace = imagesPerSecond === undefined ? '' : `, ${imagesPerSecond.toFixed(0)} images a second`;
  const left = remainingMilliseconds === undefined ? '' : `, about ${duration(remainingMilliseconds)} left`;
  return `<!doctype html><html lang="en"><meta charset="utf-8">${ended ? '' : `<meta http-equiv="refresh" content="${SECONDS_BETWEEN_LOADS}">`}<title>Assay training</title><style>${STYLE}</style>
<h1>Training</h1>
<p>${images.train} images to train on, ${images.validation} to validate with. Step ${step} of ${steps}${ended ? `: ${ended}.` : `${pace}${left}.`}</p>
${drawing('Training losses', losses, steps, highestOf(losses))}
${drawing('Precision on the validation images', precision, steps, 1)}
<table><tr><th>step</th><th>AP50</th><th>AP</th></tr>${rows.join('')}</table></html>
`;
}

function drawing(title: string, curves: readonly Curve[], steps: number, highest: number): string {
  const right = SIZE.width - SIZE.right;
  const bottom = SIZE.height - SIZE.bottom;
  const x = (step: number) => SIZE.left + ((right - SIZE.left) * step) / steps;
  const y = (value: number) => bottom - ((bottom - SIZE.top) * Math.min(value, highest)) / highest;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const height = y(share * highest).toFixed(1);
    return `<line x1="${SIZE.left}" x2="${right}" y1="${height}" y2="${height}" stroke="#ddd"/><text x="${SIZE.left - 8}" y="${height}" dy="4" text-anchor="end">${Number((share * highest).toPrecision(2))}</text>`;
  });
  const ticks = [0, 0.5, 1].map(
    (share) =>
      `<text x="${x(share * steps).toFixed(1)}" y="${bottom + 18}" text-anchor="middle">${Math.round(share * steps)}</text>`,
  );
  const lines = curves.map(({ name, colour, points }, position) => {
    const path = points.map(({ step, value }) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    const last = points.at(-1);
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/><text x="${right + 14}" y="${SIZE.top + 14 + 20 * position}" fill="${colour}">${name}${last ? ` ${figure(last.value)}` : ''}</text>`;
  });
  return `<svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" font-family="sans-serif" font-size="12" fill="#222"><text x="${SIZE.left}" y="18" font-size="14">${title}</text>
${[...grid, ...ticks, ...lines].join('\n')}</svg>`;
}

/** The first losses are far above the rest and would press it flat. */
function highestOf(curves: readonly Curve[]): number {
  const values = curves.flatMap(({ points }) => points.map(({ value }) => value)).toSorted((a, b) => a - b);
  const nearly = values[Math.floor(0.97 * (values.length - 1))] ?? 1;
  return nearly > 0 ? 1.1 * nearly : 1;
}

function figure(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(3);
}
