import type { DemoDataset } from './demo-dataset.ts';

/** What the demo sets differently from a line in earnest: `serverless.yml` reads these (see each service's README). */
export function demoSettings(dataset: DemoDataset): Record<string, string> {
  const { classes, labelled } = dataset;
  return {
    ASSAY_LABELING_CATEGORIES: classes.join(','),
    ASSAY_LABELING_MIN_IMAGES: String(Math.min(40, labelled.length)),
    // A busy machine gets the time that it needs: a training that is cut short has hardly learnt.
    ASSAY_TRAIN_STEPS: '1000',
    ASSAY_TRAIN_SECONDS: '600',
    ASSAY_TRAIN_MINIMUM_LABELS: String(enoughLabels(dataset)),
  };
}

/** So many approved images start a training: nearly all, so that there is one training and not two. */
export function enoughLabels({ labelled }: DemoDataset): number {
  return Math.ceil(labelled.length * 0.9);
}
