import { BOXES } from './job-request.ts';
import { parseManifest } from './manifest.ts';
import type { RunFiles } from './ports.ts';

/** Writes the verification's manifest: what the first job has labelled. Gives how many images that are. */
export async function prepareVerification(
  files: RunFiles,
  { labelsUri, verificationManifest }: { labelsUri: string; verificationManifest: string },
): Promise<{ images: number }> {
  const lines = parseManifest(await files.read(labelsUri), labelsUri).filter((line) => line[BOXES] !== undefined);
  await files.write(verificationManifest, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return { images: lines.length };
}
