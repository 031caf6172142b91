import { mkdir, rename, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { toFrameName } from '@assay/edge-inspector';
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
  // The device inspects a file once: a demo that is played again takes new photographs, so to speak.
  const shift = Date.now().toString(36);
  const frames = images.map((image, index) => ({
    ...image,
    file: toFrameName(`${shift}-${index}${extname(image.fileName)}`),
  }));
  const expected = new Set(frames.map(({ file }) => file));
  const verdicts = new Map<string, Verdict>();
  const arrival = Promise.withResolvers<void>();
  const unsubscribe = await device.onVerdict((verdict) => {
    if (expected.has(verdict.file)) verdicts.set(verdict.file, verdict);
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
    for (const frame of frames) await placeFrame(framesDir, station, frame);
    await arrival.promise;
  } finally {
    clearTimeout(timer);
    await unsubscribe();
  }
  return frames.flatMap(({ file, fileName, part, boxes }) => {
    const verdict = verdicts.get(file);
    return verdict ? [{ ...verdict, fileName, part, defective: boxes.length > 0 }] : [];
  });
}

/** As a camera does it: `<station>/<part>/<file>`, appearing whole or not at all. */
async function placeFrame(
  framesDir: string,
  station: string,
  { part, file, bytes }: DemoImage & { file: string },
): Promise<void> {
  // Annotations of anybody's may call a part anything.
  const folder = join(framesDir, station, toFrameName(part));
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${file}.tmp`);
  await writeFile(temporary, bytes);
  await rename(temporary, join(folder, file));
}

/** How often the device was right. An escape is a defective part that passed; overkill a good one that failed. */
export function tally(inspections: readonly Inspection[]) {
  const escapes = inspections.filter(({ defective, verdict }) => defective && verdict === 'pass').length;
  const overkill = inspections.filter(({ defective, verdict }) => !defective && verdict === 'fail').length;
  const defective = inspections.filter((inspection) => inspection.defective).length;
  return { parts: inspections.length, defective, good: inspections.length - defective, escapes, overkill };
}
