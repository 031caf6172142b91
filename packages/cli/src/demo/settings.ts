import type { DemoDataset } from './demo-dataset.ts';

/** What the demo sets differently from a line in earnest: `serverless.yml` reads these (see each service's README). */
export function demoSettings({ classes, labelled }: DemoDataset): Record<string, string> {
  return {
    ASSAY_LABELING_CATEGORIES: classes.join(','),
    ASSAY_LABELING_MIN_IMAGES: String(Math.min(40, labelled.length)),
    ASSAY_TRAIN_MINIMUM_LABELS: String(Math.ceil(labelled.length * 0.9)),
  };
}
