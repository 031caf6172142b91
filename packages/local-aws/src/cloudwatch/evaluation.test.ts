import { describe, expect, it } from 'vitest';
import type { MissingData, StateValue } from './alarm.ts';
import { evaluate, reasonOf } from './evaluation.ts';

const VALUES: Record<string, number | undefined> = { X: 5, '0': 0, '-': undefined };
const at = Date.UTC(2026, 2, 4, 8, 20);

/** Datapoints as the CloudWatch guide draws them, the oldest first: `0` fine, `X` breaching, `-` missing. */
const drawn = (picture: string) =>
  [...picture].map((sign, index) => ({ from: at + index * 60_000, value: VALUES[sign] })).reverse();

const rules = (datapointsToAlarm: number, missingData: MissingData) => ({
  comparison: 'GreaterThanThreshold' as const,
  threshold: 1,
  evaluationPeriods: 3,
  datapointsToAlarm,
  missingData,
});

const MODES: MissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
type Row = [picture: string, ...states: (StateValue | undefined)[]];
const NONE = 'INSUFFICIENT_DATA';

/** "Configuring how CloudWatch alarms treat missing data": three datapoints out of three. Undefined: the state stays. */
const THREE_OF_THREE: Row[] = [
  ['0-X-X', 'OK', 'OK', 'OK', 'OK'],
  ['----0', 'OK', 'OK', 'OK', 'OK'],
  ['-----', NONE, undefined, 'ALARM', 'OK'],
  ['0XX-X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['--X--', 'ALARM', undefined, 'ALARM', 'OK'],
];
/** The same, two out of three. */
const TWO_OF_THREE: Row[] = [
  ['0-X-X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['00X0X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0-X--', 'OK', 'OK', 'ALARM', 'OK'],
  ['----0', 'OK', 'OK', 'ALARM', 'OK'],
  ['---X-', 'ALARM', undefined, 'ALARM', 'OK'],
];

describe.each([
  [3, THREE_OF_THREE],
  [2, TWO_OF_THREE],
])('%i datapoints out of 3', (datapointsToAlarm, rows) => {
  it.each(rows)('%s', (picture, ...states) => {
    const found = MODES.map((mode) => evaluate(drawn(picture), rules(datapointsToAlarm, mode)).state);
    expect(found).toEqual(states);
  });
});

it('says why in words', () => {
  const told = (picture: string, mode: MissingData, datapoints = 1) => {
    const condition = rules(datapoints, mode);
    return reasonOf(evaluate(drawn(picture), condition), condition);
  };
  expect(told('00X', 'missing')).toBe(
    'Threshold Crossed: 1 datapoint [5.0 (04/03/26 08:22:00)] was greater than the threshold (1.0).',
  );
  expect(told('000', 'missing')).toBe(
    'Threshold Crossed: 3 datapoints [0.0 (04/03/26 08:22:00), 0.0 (04/03/26 08:21:00), 0.0 (04/03/26 08:20:00)] were not greater than the threshold (1.0).',
  );
  expect(told('---', 'missing')).toBe('Insufficient Data: no datapoints were received.');
  expect(told('---', 'notBreaching')).toContain('missing datapoints were treated as [NonBreaching]');
});
