import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseS3Uri } from '@assay/events';
import { openImage } from '@assay/inspector-core';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ModelState } from '../chain/chain-state.ts';
import { duration } from '../output/terminal.ts';
import type { DemoResult } from './demo.ts';
import type { DemoImage } from './demo-dataset.ts';
import { type Inspection, tally } from './device-inspection.ts';

/** Longer side of a picture in pixels: as photographed, a hundred of them are too large for a page. */
const LONGER_SIDE = 480;

/** Writes the demo's report: one page with pictures, beside it the evaluation's own. @returns the page's path. */
export async function writeReport(
  folder: string,
  s3: S3Client,
  model: ModelState,
  result: Omit<DemoResult, 'report'>,
  frames: readonly DemoImage[],
): Promise<string> {
  await mkdir(folder, { recursive: true });
  if (model.reportUri) await writeFile(join(folder, 'evaluation.html'), await fetchObject(s3, model.reportUri));
  const path = join(folder, 'index.html');
  await writeFile(path, await page(result, model, frames));
  return path;
}

async function fetchObject(s3: S3Client, uri: string): Promise<Uint8Array> {
  const { bucket, key } = parseS3Uri(uri);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  if (!Body) throw new Error(`${uri} is empty`);
  return Body.transformToByteArray();
}

/** What each service said, in the chain's order. */
export function serviceRows(events: Record<string, number>): [string, string][] {
  const said = (...names: string[]) =>
    names
      .filter((name) => events[name])
      .map((name) => `${events[name]} × ${name}`)
      .join(', ');
  return [
    ['image-intake', said('ImagesArrived', 'ImagesRejected')],
    ['labeling', said('LabelingStarted', 'LabelsApproved', 'LabelingFailed')],
    ['label-store', said('LabelsStored')],
    ['training', said('TrainingStarted', 'ModelTrained', 'TrainingFailed')],
    ['model-registry-watcher', said('ModelApproved', 'ModelRejected')],
    ['edge-deployer', said('RolloutStarted', 'RolloutCompleted', 'RolloutRolledBack')],
  ];
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1100px;padding:0 1rem;color:#1c2733}
table{border-collapse:collapse}td,th{padding:.25rem .9rem .25rem 0;text-align:left;vertical-align:top}
.chain{display:flex;flex-wrap:wrap;gap:.4rem;align-items:stretch}.chain div{border:1px solid #b6c2cf;border-radius:6px;padding:.5rem .7rem;background:#f5f8fb}
.chain span{align-self:center;color:#6b7c8f}.bar{background:#3b7dd8;height:.8rem;border-radius:2px}
.parts{display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:1rem}figure{margin:0}
figure svg{width:100%;height:auto;display:block;border-radius:4px}.wrong{outline:3px solid #d33}figcaption{font-size:13px}`;

async function page(
  result: Omit<DemoResult, 'report'>,
  model: ModelState,
  frames: readonly DemoImage[],
): Promise<string> {
  const { images, inspections, phases } = result;
  const { parts, defective, good, escapes, overkill } = tally(inspections);
  const longest = Math.max(...phases.map(({ milliseconds }) => milliseconds));
  const chain = serviceRows(result.events).map(
    ([service, said]) => `<div><b>${service}</b><br>${escapeHtml(said) || '–'}</div>`,
  );
  const bars = phases.map(
    ({ phase, milliseconds }) =>
      `<tr><td>${escapeHtml(phase)}</td><td>${duration(milliseconds)}</td><td style="width:360px"><div class="bar" style="width:${Math.round((100 * milliseconds) / longest)}%"></div></td></tr>`,
  );
  const byFile = new Map(frames.map((frame) => [frame.fileName, frame]));
  const figures: string[] = [];
  for (const inspection of inspections) figures.push(await figure(inspection, byFile.get(inspection.fileName)));
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Assay demo</title><style>${STYLE}</style>
<h1>Assay demo</h1>
<p>${images.uploaded} images: ${images.approved} approved, ${images.failed} given up after their attempts, ${images.refused} refused at intake.
${result.answers} answers by simulated labelers. Model ${escapeHtml(model.modelPackageArn)}: AP50 ${model.map50?.toFixed(3)} on its test split
(<a href="evaluation.html">evaluation report</a>).</p>
<h2>The chain</h2><div class="chain">${chain.join('<span>→</span>')}</div>
<h2>Where the time went</h2><table>${bars.join('')}</table>
<h2>The device's verdicts</h2>
<p>${parts} pictures the model has never seen, ${defective} of defective parts and ${good} of good ones:
${escapes} escape(s), ${overkill} overkill(s); ${result.fromTheEdge} uncertain picture(s) came back as new images. Green: truth; orange: found by the device; framed red: wrong verdict.</p>
<div class="parts">${figures.join('\n')}</div></html>
`;
}

async function figure(inspection: Inspection, image: DemoImage | undefined): Promise<string> {
  if (!image) return '';
  const { width, height } = image;
  const line = Math.max(1, Math.max(width, height) / 200).toFixed(1);
  const rectangle = (box: { left: number; top: number; width: number; height: number }, colour: string) =>
    `<rect x="${box.left}" y="${box.top}" width="${box.width}" height="${box.height}" fill="none" stroke="${colour}" stroke-width="${line}"/>`;
  const truth = image.boxes.map((box) => rectangle(box, '#2fae60'));
  const found = inspection.detections.map(({ box }) => rectangle(box, '#ff8c1a'));
  const wrong = inspection.defective !== (inspection.verdict === 'fail');
  const jpeg = await openImage(image.bytes)
    .resize(LONGER_SIDE, LONGER_SIDE, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 80 })
    .toBuffer();
  const picture = `data:image/jpeg;base64,${jpeg.toString('base64')}`;
  return `<figure><svg class="${wrong ? 'wrong' : ''}" viewBox="0 0 ${width} ${height}"><image href="${picture}" width="${width}" height="${height}"/>${truth.join('')}${found.join('')}</svg>
<figcaption>${escapeHtml(image.part)}: <b>${inspection.verdict}</b>, ${inspection.detections.length} found, ${inspection.milliseconds.toFixed(0)} ms${inspection.uploaded ? ', sent back' : ''}</figcaption></figure>`;
}

const ENTITIES: Record<string, string> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };
const escapeHtml = (text: string) => text.replace(/[<>&"]/g, (character) => ENTITIES[character] ?? character);
