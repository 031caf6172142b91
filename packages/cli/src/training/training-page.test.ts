import { describe, expect, it } from 'vitest';
import { type TrainingState, trainingPage } from './training-page.ts';

const state: TrainingState = {
  images: { train: 30, validation: 8 },
  steps: 100,
  step: 50,
  imagesPerSecond: 120,
  remainingMilliseconds: 30_000,
  history: {
    losses: [
      { step: 10, classes: 900, boxes: 4 },
      { step: 50, classes: 5, boxes: 2 },
    ],
    measurements: [{ step: 50, ap50: 0.5, ap: 0.25 }, { step: 60 }],
  },
};

describe('training page', () => {
  it('draws the curves over all steps, with the figures beside them', () => {
    const page = trainingPage(state);
    // Half of the steps and half of the highest precision: in the middle of the drawing.
    expect(page).toContain('<polyline points="331.0,147.0" fill="none" stroke="#009e73"');
    expect(page).toContain('AP50 0.500');
    expect(page).toContain('<td>60</td><td>–</td><td>–</td>');
    expect(page).toContain('120 images a second, about 30s left');
  });

  it('needs nothing from elsewhere, and loads itself anew only while the run goes on', () => {
    expect(trainingPage(state)).toContain('http-equiv="refresh"');
    const ended = trainingPage({ ...state, ended: 'completed' });
    expect(ended).not.toContain('http-equiv="refresh"');
    expect(ended).not.toMatch(/src=|href=|<script/);
  });

  it('can be drawn before there is anything to draw', () => {
    expect(trainingPage({ ...state, history: { losses: [], measurements: [] } })).not.toContain('NaN');
  });
});
