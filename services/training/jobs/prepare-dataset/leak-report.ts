import { readFile } from 'node:fs/promises';
import { type Leak, splits } from '@assay/dataset';
import { openImage } from '@assay/inspector-core';
import { type Html, html, trusted } from '../report/html.ts';
import { STYLE } from '../report/style.ts';

/** Longer side of a picture in pixels. */
const LONGER_SIDE = 360;
/** Pairs that are shown. */
const MOST_PAIRS = 50;

export interface ShownImage {
  readonly path: string;
  readonly uri: string;
  readonly part: string;
}

/** A page with the pairs that leak, side by side. @param images by id */
export async function leakReport(
  leaks: readonly Leak[],
  images: ReadonlyMap<string, ShownImage>,
  lineage: string,
): Promise<string> {
  const counts = splits.flatMap((first, index) =>
    splits.slice(index + 1).map((second) => {
      const count = leaks.filter((leak) => leak.splits[0] === first && leak.splits[1] === second).length;
      return html`<div><b>${count}</b>${first} and ${second}</div>`;
    }),
  );
  const pairs: Html[] = [];
  for (const leak of leaks.slice(0, MOST_PAIRS)) pairs.push(await pairOf(leak, images));
  return html`<!doctype html><html lang="en"><meta charset="utf-8"><title>Leaks between splits</title><style>${trusted(STYLE)}.pair{display:grid;grid-template-columns:1fr 1fr;gap:.5rem;margin:1rem 0}.pair img{width:100%;display:block}</style>
<h1>This data set leaks</h1>
<p>Images in different splits of lineage <code>${lineage}</code> show the same: what would be measured on the one was learnt from the other.
No data set was made. ${leaks.length > MOST_PAIRS ? `The ${MOST_PAIRS} most alike of ${leaks.length} pairs:` : ''}</p>
<div class="figures">${counts}</div>
${pairs}</html>
`.markup;
}

async function pairOf({ images: pair, splits: of, because, likeness }: Leak, images: ReadonlyMap<string, ShownImage>) {
  const figures = await Promise.all(
    pair.map((imageId, index) => figureOf(imageId, of[index] ?? '', images.get(imageId))),
  );
  const why =
    because === 'pixels' ? `they share pixels: likeness ${likeness?.toFixed(3)} of 1` : 'they are of one group';
  return html`<section><p class="note">${why}</p><div class="pair">${figures}</div></section>
`;
}

async function figureOf(imageId: string, split: string, image: ShownImage | undefined): Promise<Html> {
  if (image === undefined) throw new Error(`image ${imageId} was not fetched`);
  const jpeg = await openImage(await readFile(image.path))
    .resize(LONGER_SIDE, LONGER_SIDE, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 80 })
    .toBuffer();
  return html`<figure><img alt="" src="${trusted(`data:image/jpeg;base64,${jpeg.toString('base64')}`)}">
<figcaption><b>${split}</b> ${image.part}<br><code>${imageId.slice(0, 12)}</code> ${image.uri}</figcaption></figure>`;
}
