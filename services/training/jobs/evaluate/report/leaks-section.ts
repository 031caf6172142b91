import { openImage } from '@assay/inspector-core';
import { type Html, html, trusted } from '../../report/html.ts';
import type { Evaluation } from '../evaluation.ts';

const LONGER_SIDE = 240;
const MOST_PAIRS = 24;

/** The pairs of images by which splits leak, side by side. */
export async function leaksSection({ leaks }: Evaluation, pictures: ReadonlyMap<string, Uint8Array>): Promise<Html> {
  if (leaks.found.length === 0) return html``;
  const pairs: Html[] = [];
  for (const { images, splits, because, likeness } of leaks.found.slice(0, MOST_PAIRS)) {
    const why = because === 'group' ? 'of one group' : `likeness ${likeness?.toFixed(2) ?? ''}`;
    pairs.push(html`<figure class="pair wrong">${await picture(pictures.get(images[0]))}${await picture(pictures.get(images[1]))}
<figcaption>${splits[0]} <code>${images[0].slice(0, 12)}</code>, ${splits[1]} <code>${images[1].slice(0, 12)}</code>: ${why}</figcaption></figure>`);
  }
  return html`<h2>What leaks between the splits</h2>
<p class="note">${pairs.length} of ${leaks.found.length} pairs.</p><section class="examples">${pairs}</section>`;
}

async function picture(bytes: Uint8Array | undefined): Promise<Html> {
  if (bytes === undefined) return html``;
  const jpeg = await openImage(bytes)
    .resize(LONGER_SIDE, LONGER_SIDE, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 72 })
    .toBuffer();
  return html`<img alt="" src="${trusted(`data:image/jpeg;base64,${jpeg.toString('base64')}`)}">`;
}
