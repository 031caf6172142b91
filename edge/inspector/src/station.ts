import { join } from 'node:path';
import type { Inspector } from '@assay/inspector-core';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Clock } from './clock.ts';
import { isInFolder, startFolderSource } from './frames/folder-source.ts';
import { startHttpSource } from './frames/http-source.ts';
import { type Keep, openLedger } from './frames/ledger.ts';
import { inspectionLine } from './inspection-line.ts';
import { imageUpload } from './outbox/image-upload.ts';
import { openOutbox } from './outbox/outbox.ts';
import { openVerdictOutbox } from './outbox/verdict-outbox.ts';
import type { Settings } from './settings.ts';
import type { ModelIdentity } from './verdict.ts';

/** A client that got no answer sends its frame again within minutes; so many newer ones don't come by then. */
const REMEMBERED_REQUESTS = 10_000;

export interface StationOptions {
  thing: string;
  /** What has to outlive a restart: ledger and outboxes. */
  workFolder: string;
  settings: Settings;
  inspector: Inspector;
  model: ModelIdentity;
  clock: Clock;
  s3: Pick<S3Client, 'send'>;
  publish(topic: string, payload: string): Promise<void>;
  report(message: string, error?: unknown): void;
}

/** All that inspects and tells on a device, from frames to what leaves it. */
export interface Station {
  /** Port of the HTTP source; undefined without one. */
  httpPort: number | undefined;
  /** Takes no more frames; resolves when the one in work is done and the sending has come to rest. */
  stop(): Promise<void>;
}

export async function startStation(options: StationOptions): Promise<Station> {
  const { thing, workFolder, settings, inspector, model, clock, s3, publish, report } = options;
  const { folder, pollSeconds, httpPort } = settings.frames;
  const mayComeAgain: Keep = (key, newer) =>
    key.startsWith('http ') ? newer < REMEMBERED_REQUESTS : isInFolder(folder, key);
  const ledger = await openLedger(join(workFolder, 'inspected'), mayComeAgain);
  const verdicts = await openVerdictOutbox({
    folder: join(workFolder, 'verdicts'),
    clock,
    ledger,
    publish: (verdict) => publish(`assay/${thing}/verdicts`, verdict),
    report,
  });
  const images = await openOutbox({
    folder: join(workFolder, 'images'),
    clock,
    send: imageUpload(s3, { bucket: settings.imageBucket, thing }),
    report,
  });
  const line = inspectionLine({ thing, inspector, model, settings, clock, ledger, verdicts, images, report });
  const frames = startFolderSource({
    folder,
    pollSeconds,
    clock,
    isDone: verdicts.isDone,
    report,
    async take(frame) {
      try {
        await line.inspect(frame);
      } catch (error) {
        // What isn't a picture is reported and done with; anything else leaves the frame for the next look.
        if (!verdicts.isDone(frame.key)) throw error;
      }
    },
  });
  const http =
    httpPort === 0 ? undefined : await startHttpSource({ port: httpPort, clock, report, take: line.inspect });
  return {
    httpPort: http?.port,
    async stop() {
      await Promise.all([frames.stop(), http?.stop()]);
      await Promise.all([verdicts.stop(), images.stop()]);
      await ledger.close();
    },
  };
}
