import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ChainState, ImageState, ModelState } from '../chain/chain-state.ts';
import { snapshotReader } from '../chain/snapshot.ts';
import { findImages, findModel, type ReadSnapshot, type TracedModel, traceImage, traceModel } from '../chain/trace.ts';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { table } from '../output/terminal.ts';

/** Follows an image to every model and device, or a model back to its images. */
export async function trace(context: Context, query: string): Promise<void> {
  const state = await context.chain.refresh();
  const readSnapshot = snapshotReader(context.clients.s3);
  const model = findModel(state, query);
  if (model) return showModel(context, state, model, readSnapshot);
  const images = findImages(state, await imageIdOfFile(query));
  const [image] = images;
  if (!image)
    throw new CliError(
      `Neither an image nor a model is known as ${query}.`,
      'Name an image by its file, id or s3:// URI, or a model by its version or ARN (see "assay models").',
    );
  if (images.length > 1)
    throw new CliError(
      `${images.length} images are known as ${query}: ${images
        .slice(0, 5)
        .map(({ uri }) => uri)
        .join(', ')} …`,
      'Name one of them by its whole URI or id.',
    );
  await showImage(context, state, image, readSnapshot);
}

/** A photograph is known by the digest of its content: a file is as good a name as any. */
async function imageIdOfFile(query: string): Promise<string> {
  try {
    return createHash('sha256')
      .update(await readFile(query))
      .digest('hex');
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG'].includes(String(error.code))
    )
      return query;
    throw error;
  }
}

async function showImage({ terminal }: Context, state: ChainState, image: ImageState, readSnapshot: ReadSnapshot) {
  const traced = await traceImage(state, image, readSnapshot);
  terminal.result(traced, () => {
    const lines = [
      `image ${image.imageId}`,
      `  ${image.uri}`,
      `  arrived ${image.arrivedAt} from ${image.origin}, station ${image.station}, part ${image.part}`,
      `  ${image.stage} after ${image.attempts} labeling attempt(s)${image.reason ? `, last reason: ${image.reason}` : ''}`,
    ];
    for (const { model, split, devices, unnamedDevices, rollouts } of traced.models) {
      lines.push(
        `  model ${model.modelPackageArn} (${model.stage}, AP50 ${model.map50?.toFixed(3)}): in its ${split} split`,
      );
      for (const { deploymentId, stage } of rollouts) lines.push(`    rollout ${deploymentId}: ${stage}`);
      lines.push(...deviceLines({ devices, unnamedDevices }).map((line) => `  ${line}`));
    }
    if (traced.models.length === 0) lines.push('  in no model yet');
    return lines.join('\n');
  });
}

async function showModel({ terminal }: Context, state: ChainState, model: ModelState, readSnapshot: ReadSnapshot) {
  const traced = await traceModel(state, model, readSnapshot);
  terminal.result(traced, () => {
    const rows = traced.images.map(({ imageId, split, image }) => [
      split,
      imageId.slice(0, 12),
      image?.part ?? '',
      image?.uri ?? '',
    ]);
    return [
      `model ${model.modelPackageArn}`,
      `  ${model.stage}, AP50 ${model.map50?.toFixed(3)}, trained ${model.trainedAt}`,
      `  report ${model.reportUri}`,
      ...traced.rollouts.map(({ deploymentId, stage }) => `  rollout ${deploymentId}: ${stage}`),
      ...deviceLines(traced),
      '',
      table(['split', 'image', 'part', 'uri'], rows),
    ].join('\n');
  });
}

function deviceLines({ devices, unnamedDevices }: Pick<TracedModel, 'devices' | 'unnamedDevices'>): string[] {
  const named = devices.map(({ thing, status }) => `  device ${thing}: ${status}`);
  return unnamedDevices > 0 ? [...named, `  and ${unnamedDevices} more devices (see "assay devices")`] : named;
}
