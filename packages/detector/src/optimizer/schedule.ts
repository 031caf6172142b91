/** Numbers that steer the optimizer; the same for every step. */
export interface OptimizerSettings {
  /** AdamW's peak learning rate. */
  readonly learningRate: number;
  /** Muon's learning rate as a multiple of AdamW's. */
  readonly muonFactor: number;
  readonly weightDecay: number;
  /** Steps over which the learning rate rises from zero. */
  readonly warmupSteps: number;
  /** Gradients with a larger norm are scaled down to it. */
  readonly clipNorm: number;
  /** Decay of the moving average of weights and statistics. */
  readonly averageDecay: number;
}

/** The optimizer's numbers at one step. */
export interface StepRates {
  readonly learningRate: number;
  readonly averageDecay: number;
}

const FINAL_FRACTION = 0.02;
/** In the first steps, the average follows closely: it must forget the random start. */
const AVERAGE_WARMUP_STEPS = 100;

/** Linear warm-up, then a cosine down to 2 %; depends on the step alone, never on time, so that runs can be repeated. */
export function ratesAt(step: number, steps: number, settings: OptimizerSettings): StepRates {
  const warmup = Math.min(1, (step + 1) / Math.max(1, settings.warmupSteps));
  const cosine = 0.5 * (1 + Math.cos((Math.PI * step) / steps));
  return {
    learningRate: settings.learningRate * warmup * (FINAL_FRACTION + (1 - FINAL_FRACTION) * cosine),
    averageDecay: settings.averageDecay * (1 - Math.exp(-(step + 1) / AVERAGE_WARMUP_STEPS)),
  };
}
