import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { duration } from '../output/terminal.ts';
import type { DeviceProcess, Verdict } from '../platform/device.ts';
import type { DemoImage } from './demo-dataset.ts';

/** What the device said of one part, beside what is true. */
export interface Inspection extends Verdict {
  fileName: string;
  part: string;
  /** True when the part has a defect. */
  defective: boolean;
}

const LONGEST_WAIT = 3 * 60_000;

/** Puts pictures where the device's camera would, and waits for a verdict on each. */
export async function inspectOnDevice(
  { terminal }: Context,
  device: DeviceProcess,
  images: readonly DemoImage[],
  { framesDir, station }: { framesDir: string; station: string },
): Promise<Inspection[]> {
  const byFile = new Map(images.map((image) => [image.fileName, image]));
  const verdicts = new Map<string, Verdict>();
  const arrival = Promise.withResolvers<void>();
  const unsubscribe = await device.onVerdict((verdict) => {
    if (byFile.has(verdict.file)) verdicts.set(verdict.file, verdict);
    terminal.progress(`Inspecting ${verdicts.size}/${images.length}`);
    if (verdicts.size === images.length) arrival.resolve();
  });
  const timer = setTimeout(() => {
    const remedy = `See the inspector's log in ${device.logFolder}.`;
    arrival.reject(
      new CliError(
        `The device gave ${verdicts.size} verdicts on ${images.length} parts in ${duration(LONGEST_WAIT)}.`,
        remedy,
      ),
    );
  }, LONGEST_WAIT);
  try {
    if (images.length === 0) return [];
    for (const image of images) await placeFrame(framesDir, station, image);
    await arrival.promise;
  } finally {
    clearTimeout(timer);
    await unsubscribe();
  }
  return images.flatMap((image) => {
    const verdict = verdicts.get(image.fileName);
    return verdict
      ? [{ ...verdict, fileName: image.fileName, part: image.part, defective: image.boxes.length > 0 }]
      : [];
  });
}

/** As a camera does it: `<station>/<part>/<file>`, appearing whole or not at all. */
async function placeFrame(framesDir: string, station: string, { part, fileName, bytes }: DemoImage): Promise<void> {
  const folder = join(framesDir, station, part);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${fileName}.tmp`);
  await writeFile(temporary, bytes);
  await rename(temporary, join(folder, fileName));
}

/** How often the device was right. An escape is a defective part that passed; overkill a good one that failed. */
export function tally(inspections: readonly Inspection[]) {
  const escapes = inspections.filter(({ defective, verdict }) => defective && verdict === 'pass').length;
  const overkill = inspections.filter(({ defective, verdict }) => !defective && verdict === 'fail').length;
  const defective = inspections.filter((inspection) => inspection.defective).length;
  return { parts: inspections.length, defective, good: inspections.length - defective, escapes, overkill };
}
