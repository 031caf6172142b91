import type { Benchmark, Section } from '../benchmark.ts';
import { callTimes } from '../chain/call-time.ts';
import { startStage } from '../chain/stage.ts';
import type { ImageTimes } from '../chain/timeline.ts';
import { type ProfileSummary, summarise } from '../embedded-aws/profile.ts';
import { benchImages } from '../images.ts';
import { quantile, rounded } from '../statistics.ts';

const RUN_OF = { short: 20, long: 200 };

/** Many images from the upload to LabelsStored, by the deployed services. */
export const chain: Benchmark = {
  name: 'chain',
  title: 'How long images take from the upload to LabelsStored, and where the embedded AWS spends that time',
  async run(form) {
    const images = await benchImages(form.images ?? (form.short ? 60 : 2000), form.seed);
    const stage = await startStage(form, { runOf: form.short ? RUN_OF.short : RUN_OF.long });
    try {
      form.say(`labelling ${images.length} images`);
      const [begun, cpu] = [Date.now(), await stage.aws.cpu()];
      const { result, profile } = await stage.aws.profiled(() => stage.label(images));
      const [ended, used] = [Date.now(), (await stage.aws.cpu()) - cpu];
      const times = [...result.images.values()];
      const calls = callTimes(stage.aws.dataDir, begun, ended);
      const summary = summarise(profile);
      return {
        sections: [
          whole(times, ended - begun, used, summary),
          steps(times),
          {
            title: 'Main thread of the embedded AWS by room (self time)',
            headings: ['room', 'ms', 'share'],
            rows: summary.rooms.map(({ name, self }) => [name, Math.round(self), percent(self / summary.busy)]),
          },
          {
            title: 'Functions with the most self time',
            headings: ['function', 'ms', 'share'],
            rows: summary.functions.map(({ name, self }) => [name, Math.round(self), percent(self / summary.busy)]),
          },
          {
            title: 'Calls to the embedded AWS (side by side, waiting included)',
            headings: ['operation', 'calls an image', 'mean ms'],
            rows: calls
              .slice(0, 15)
              .map((call) => [call.operation, rounded(call.calls / times.length), rounded(call.total / call.calls)]),
          },
        ],
        notes: ['The profile itself slows the main thread by some percent.'],
      };
    } finally {
      await stage.close();
    }
  },
};

function whole(times: ImageTimes[], elapsed: number, cpu: number, { busy, idle }: ProfileSummary): Section {
  const perImage = elapsed / times.length;
  return {
    title: 'All images',
    headings: [
      'images',
      'seconds',
      'images/s',
      'ms an image',
      'processor ms an image (embedded AWS)',
      'main thread busy',
    ],
    rows: [
      [
        times.length,
        rounded(elapsed / 1000),
        rounded(1000 / perImage),
        rounded(perImage),
        rounded(cpu / times.length),
        percent(busy / (busy + idle)),
      ],
    ],
  };
}

/** Each step's duration over the images, in seconds. */
function steps(times: ImageTimes[]): Section {
  const step = (name: string, from: keyof ImageTimes, to: keyof ImageTimes) => {
    const seconds = times.map((image) => (Number(image[to]) - Number(image[from])) / 1000);
    return [name, ...[0.5, 0.9, 1].map((share) => rounded(quantile(seconds, share)))];
  };
  return {
    title: 'Steps (seconds, over the images)',
    headings: ['step', 'median', '90 %', 'longest'],
    rows: [
      step('upload → ImagesArrived', 'uploaded', 'arrived'),
      step('ImagesArrived → LabelingStarted', 'arrived', 'started'),
      step('last LabelingStarted → LabelsApproved or LabelingFailed', 'lastStarted', 'decided'),
      step('LabelsApproved → LabelsStored', 'decided', 'stored'),
      step('upload → LabelsStored', 'uploaded', 'stored'),
    ],
  };
}

const percent = (share: number) => `${rounded(share * 100)} %`;
