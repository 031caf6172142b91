import { type Inspector, InspectorError } from '@assay/inspector-core';
import type { Clock } from './clock.ts';
import type { Frame } from './frames/frame.ts';
import type { Ledger } from './frames/ledger.ts';
import { packImage } from './outbox/image-file.ts';
import type { Outbox } from './outbox/outbox.ts';
import { type VerdictOutbox, waitingName } from './outbox/verdict-outbox.ts';
import type { Settings } from './settings.ts';
import { isUncertain, type ModelIdentity, type Verdict, verdictOf } from './verdict.ts';

export interface InspectionLineOptions {
  thing: string;
  inspector: Inspector;
  model: ModelIdentity;
  settings: Pick<Settings, 'uncertaintyBand'>;
  clock: Clock;
  ledger: Ledger;
  verdicts: VerdictOutbox;
  images: Pick<Outbox, 'put'>;
  report(message: string, error?: unknown): void;
}

/** Inspects frames and leaves what is to be sent in the outboxes. */
export interface InspectionLine {
  /**
   * Inspects a frame; its verdict is on disk when this resolves.
   *
   * @throws InspectorError for what isn't a picture: it is done with, too
   */
  inspect(frame: Frame): Promise<Verdict>;
}

export function inspectionLine(options: InspectionLineOptions): InspectionLine {
  const { thing, inspector, model, settings, clock, ledger, verdicts, images, report } = options;
  return {
    async inspect(frame) {
      const inspection = await inspector.inspect(frame.bytes).catch(async (error: unknown) => {
        if (!(error instanceof InspectorError) || error.code !== 'image-unreadable') throw error;
        report(`${frame.station}/${frame.part}/${frame.file} can't be inspected: ${error.message}`);
        await ledger.add(frame.key);
        throw error;
      });
      const uploaded = isUncertain(inspection, settings.uncertaintyBand);
      const verdict = verdictOf(frame, inspection, { thing, model, uploaded, now: clock.now() });
      if (verdicts.isDone(frame.key)) return verdict;
      // The picture first: the verdict's file is what says that the frame is done.
      if (uploaded) {
        const { station, part, file } = frame;
        await images.put(
          waitingName(frame),
          packImage({ station, part, file, capturedAt: verdict.capturedAt }, frame.bytes),
        );
      }
      await verdicts.put(frame, verdict);
      return verdict;
    },
  };
}
