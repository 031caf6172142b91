import { expect, test } from 'vitest';
import { countFor } from './count-events.ts';
import { shareOf } from './replay.ts';
import { chooseRules, readRule } from './rules.ts';
import { refuseUnarchived, spanOf } from './span.ts';

const rule = (name: string, pattern: unknown) => {
  const wire = { Name: `assay-local-${name}`, Arn: `arn:${name}`, EventPattern: JSON.stringify(pattern) };
  const read = readRule(wire, 'local');
  if (!read) throw new Error(`the rule ${name} hears events`);
  return read;
};

const stored = rule('label-store-labels-approved', { source: ['assay.labeling'], 'detail-type': ['LabelsApproved'] });
const queued = rule('labeling-images-arrived', { source: ['assay.image-intake'], 'detail-type': ['ImagesArrived'] });
const approved = rule('edge-deployer-model-approved', { 'detail-type': ['ModelApproved'] });
const rejected = rule('edge-deployer-model-rejected', { 'detail-type': ['ModelRejected'] });
const journal = rule('journal', { source: [{ prefix: 'assay.' }], 'replay-name': [{ exists: false }] });
const rules = [stored, queued, approved, rejected, journal];
const names = (event?: string, service?: string, allServices = false) =>
  chooseRules(rules, { event, service, allServices }).map(({ arn }) => arn);

test('a service hears what its rules hear, or one event of it', () => {
  expect(names(undefined, 'edge-deployer')).toEqual([
    'arn:edge-deployer-model-approved',
    'arn:edge-deployer-model-rejected',
  ]);
  expect(names('ModelRejected', 'edge-deployer')).toEqual(['arn:edge-deployer-model-rejected']);
  expect(names('LabelsApproved', undefined, true)).toEqual(['arn:label-store-labels-approved']);
});

test('everybody hears it only when somebody says so, and the journal never', () => {
  expect(() => names()).toThrow('goes to all of edge-deployer, label-store, labeling');
  expect(() => names('LabelsApproved')).toThrow('without --to-service');
  expect(names(undefined, undefined, true)).toHaveLength(4);
});

test('what nobody hears is refused, with what there is', () => {
  expect(() => names('LabelsApproved', 'labeling')).toThrow('labeling does not hear LabelsApproved.');
  expect(() => names(undefined, 'image-intake')).toThrow('No rule of image-intake hears the bus.');
  expect(() => names('LabelApproved', 'label-store')).toThrow('There is no event LabelApproved.');
});

test('an event that a rule hears together with others is refused, since rules hear a replay whole', () => {
  const both = rule('training-all', { 'detail-type': ['LabelsStored', 'TrainingRequested'] });
  const choice = { event: 'LabelsStored', service: 'training', allServices: false };
  expect(() => chooseRules([both], choice)).toThrow('hears LabelsStored and TrainingRequested');
  const anything = rule('training-any', { source: ['assay.label-store'] });
  expect(() => chooseRules([anything], choice)).toThrow('by more than their names');
  expect(chooseRules([both], { ...choice, event: undefined })).toEqual([both]);
});

test('rules that are disabled, or of a schedule, hear no replay', () => {
  expect(readRule({ Name: 'a', EventPattern: '{"source":["a"]}', State: 'DISABLED' }, 'local')).toBeUndefined();
  expect(readRule({ Name: 'a', State: 'ENABLED' }, 'local')).toBeUndefined();
});

test('a rule that looks at more than names hears at most what they count', () => {
  const counts = new Map([
    ['LabelsApproved', 3],
    ['ModelApproved', 2],
  ]);
  expect(countFor(stored, counts)).toEqual({ events: 3, atMost: false });
  const narrow = rule('label-store-some', { 'detail-type': ['LabelsApproved'], detail: { data: { runId: ['r'] } } });
  expect(countFor(narrow, counts)).toEqual({ events: 3, atMost: true });
});

test('a span is told by times or by how long ago', () => {
  const now = new Date('2026-03-04T12:00:00.500Z');
  expect(spanOf({ from: '12h' }, now)).toEqual({ from: new Date('2026-03-04T00:00:00Z'), to: now });
  expect(spanOf({ from: '2026-03-01', to: '2026-03-02T06:00:00Z' }, now)).toEqual({
    from: new Date('2026-03-01T00:00:00Z'),
    to: new Date('2026-03-02T06:00:00Z'),
  });
  expect(() => spanOf({ from: 'yesterday' }, now)).toThrow('yesterday is no time.');
  expect(() => spanOf({ from: '99999999999d' }, now)).toThrow('99999999999d is no time.');
  expect(() => spanOf({ from: '1h', to: '2h' }, now)).toThrow('is not before');
});

test('a span of which nothing was archived is refused', () => {
  const to = new Date('2026-03-04T12:00:00Z');
  const span = { from: new Date('2026-03-01T00:00:00Z'), to };
  expect(() => refuseUnarchived(span, to)).toThrow('The archive holds events since 2026-03-04T12:00:00.000Z');
  expect(() => refuseUnarchived(span, new Date(to.getTime() - 1))).not.toThrow();
});

test('progress is how far the replay is along its time', () => {
  const span = { EventStartTime: new Date(0), EventEndTime: new Date(100_000) };
  expect(shareOf(span)).toBe(0);
  expect(shareOf({ ...span, EventLastReplayedTime: new Date(25_000) })).toBe(0.25);
});
