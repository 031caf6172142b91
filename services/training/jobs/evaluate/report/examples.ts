import { openImage } from '@assay/inspector-core';
import type { Box } from '@assay/vision';
import { type Html, html, trusted } from '../../report/html.ts';
import { classColour } from './curves.ts';
import type { Faults } from './faults.ts';

/** Longer side of an example in pixels. */
const LONGER_SIDE = 480;

/** An image with its boxes: truth dashed and white, detections solid in their class's colour. */
export async function exampleFigure(faults: Faults, names: readonly string[]): Promise<Html> {
  const { image, missed, found, falseAlarms, wrongVerdict } = faults;
  const { width, height, verdict } = image.inspection;
  const jpeg = await openImage(image.bytes)
    .resize(LONGER_SIDE, LONGER_SIDE, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 72 })
    .toBuffer();
  const line = Math.max(width, height) / 200;
  const truths = image.truths.map((truth) => rectangle(truth, line, 'truth', '#fff', names[truth.classId] ?? ''));
  const detections = [...found, ...falseAlarms].map(({ box, classId, className, confidence }) =>
    rectangle(box, line, 'found', classColour(classId), `${className} ${confidence.toFixed(2)}`),
  );
  const remarks = [
    ...(wrongVerdict ? [verdict === 'pass' ? 'escaped' : 'falsely failed'] : []),
    ...(missed.length > 0 ? [`${missed.length} missed`] : []),
    ...(falseAlarms.length > 0 ? [`${falseAlarms.length} false`] : []),
  ];
  return html`<figure class="${wrongVerdict ? 'wrong' : ''}">
<svg viewBox="0 0 ${width} ${height}"><image href="${trusted(`data:image/jpeg;base64,${jpeg.toString('base64')}`)}" width="${width}" height="${height}"/>${truths}${detections}</svg>
<figcaption><b>${verdict}</b> ${remarks.join(', ') || 'as it should be'} <code>${image.imageId.slice(0, 12)}</code></figcaption>
</figure>`;
}

function rectangle({ left, top, width, height }: Box, line: number, kind: string, colour: string, title: string): Html {
  const [x, y, w, h, thickness] = [left, top, width, height, line].map((value) => value.toFixed(1));
  const dashes = kind === 'truth' ? html` stroke-dasharray="${(3 * line).toFixed(1)}"` : html``;
  return html`<rect x="${x!}" y="${y!}" width="${w!}" height="${h!}" fill="none" stroke="${colour}" stroke-width="${thickness!}"${dashes}><title>${title}</title></rect>`;
}
