import { resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import { demo } from '../demo/demo.ts';
import { tally } from '../demo/device-inspection.ts';
import { serviceRows } from '../demo/report.ts';
import { duration, type Terminal, table } from '../output/terminal.ts';

interface DemoCommandOptions {
  images?: string;
  annotations?: string;
  dataDir: string;
  fresh: boolean;
  port: number;
}

/** Plays the chain and prints what happened. */
export async function demoCommand(terminal: Terminal, options: DemoCommandOptions): Promise<void> {
  const { images, annotations, ...rest } = options;
  if ((images === undefined) !== (annotations === undefined))
    throw new CliError(
      'Your own images need their annotations, and the other way round.',
      'Give both --images DIR and --annotations COCO.json.',
    );
  const own = images && annotations ? { images: resolve(images), annotations: resolve(annotations) } : undefined;
  const result = await demo({ ...rest, terminal, ...(own ? { own } : {}) });
  terminal.result(result, () => {
    const { parts, defective, good, escapes, overkill } = tally(result.inspections);
    const total = result.phases.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    return [
      '',
      table(['service', 'said'], serviceRows(result.events)),
      '',
      table(
        ['device on parts it never saw', 'count'],
        [
          ['pictures', parts],
          ['of defective parts', defective],
          ['of good parts', good],
          ['escapes (defective passed)', escapes],
          ['overkill (good failed)', overkill],
          ['sent back as uncertain', result.fromTheEdge],
        ],
      ),
      '',
      `Images: ${result.images.uploaded} uploaded, ${result.images.approved} approved, ${result.images.failed} given up, ${result.images.refused} refused.`,
      `Model: AP50 ${result.model.map50?.toFixed(3)} on the test split.`,
      `Time: ${duration(total)}.`,
      `Report: ${result.report}`,
    ].join('\n');
  });
}
