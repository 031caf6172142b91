import { describe, expect, it } from 'vitest';
import { readEvaluateSettings } from './settings.ts';

const digest = (letter: string) => letter.repeat(64);
const environment = {
  ASSAY_TRAIN_SHA256: digest('a'),
  ASSAY_VALIDATION_SHA256: digest('b'),
  ASSAY_TEST_SHA256: digest('c'),
  ASSAY_SNAPSHOT_SHA256: digest('d'),
  ASSAY_MAP_THRESHOLD: '0.7',
  ASSAY_INT8: 'try',
  ASSAY_GATE_LATENCY: '{"rule":"latency","median":50,"p99":200,"undecided":"show"}',
  ASSAY_GATE_AP50_FLOOR: '{"rule":"ap50-floor","confidence":0.95,"undecided":"refuse"}',
  ASSAY_GATE_ESCAPE_BUDGET: '{"rule":"escape-budget","rate":0.02,"confidence":0.95,"undecided":"refuse"}',
  ASSAY_GATE_OVERKILL_BUDGET: '{"rule":"overkill-budget","rate":0.2,"confidence":0.95,"undecided":"refuse"}',
};

describe('the settings of evaluate', () => {
  it('are the digests and the rules, in the order in which they are shown, the floor filled in', () => {
    const { digests, snapshotSha256, gate, int8 } = readEvaluateSettings(environment);
    expect(int8).toBe('try');
    expect(digests).toEqual({ train: digest('a'), validation: digest('b'), test: digest('c') });
    expect(snapshotSha256).toBe(digest('d'));
    expect(gate.rules.map(({ rule, undecided, setting }) => ({ rule, undecided, ...setting }))).toEqual([
      { rule: 'ap50-floor', floor: 0.7, confidence: 0.95, undecided: 'refuse' },
      { rule: 'escape-budget', rate: 0.02, confidence: 0.95, undecided: 'refuse' },
      { rule: 'overkill-budget', rate: 0.2, confidence: 0.95, undecided: 'refuse' },
      { rule: 'latency', median: 50, p99: 200, undecided: 'show' },
    ]);
    expect(gate.operatingLimits).toEqual({ escapes: 0.02, overkills: 0.2 });
  });

  it('are named when they are missing or wrong', () => {
    const { ASSAY_TEST_SHA256: _, ...rest } = environment;
    expect(() => readEvaluateSettings({ ...rest, ASSAY_MAP_THRESHOLD: '2' })).toThrow(
      /ASSAY_TEST_SHA256: .*; ASSAY_MAP_THRESHOLD: .*step Evaluate/,
    );
    expect(() => readEvaluateSettings({ ...environment, ASSAY_MAP_THRESHOLD: ' ' })).toThrow(/ASSAY_MAP_THRESHOLD: /);
    expect(() => readEvaluateSettings({ ...environment, ASSAY_GATE_LATENCY: '{' })).toThrow(
      "ASSAY_GATE_LATENCY isn't JSON",
    );
    const misspelt = environment.ASSAY_GATE_LATENCY.replace('p99', 'p90');
    expect(() => readEvaluateSettings({ ...environment, ASSAY_GATE_LATENCY: misspelt })).toThrow(
      /latency.p99: .*Unrecognized key: "p90"/,
    );
  });
});
