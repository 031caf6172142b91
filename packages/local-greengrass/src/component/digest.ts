import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Artifact } from '../recipe/recipe.ts';

/** The hash that a recipe's algorithm names, e.g. `SHA-256`, in Node's words. */
function hashName(algorithm: string): string {
  const name = algorithm.toLowerCase().replace('-', '');
  if (!['sha256', 'sha384', 'sha512'].includes(name)) throw new Error(`digest algorithm ${algorithm} is not supported`);
  return name;
}

/** Whether the file's content is what the recipe says. A recipe without a digest is refused: nothing could be checked. */
export async function hasDigest(path: string, artifact: Artifact): Promise<boolean> {
  if (artifact.Digest === undefined)
    throw new Error(
      `artifact ${artifact.URI} has no digest in its recipe: create the component version in the cloud, which computes it`,
    );
  const hash = createHash(hashName(artifact.Algorithm ?? 'SHA-256'));
  await pipeline(createReadStream(path), hash);
  return hash.digest('base64') === artifact.Digest;
}
