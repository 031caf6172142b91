import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { pipelineDefinition } from './definition.ts';
import { readPipelineSettings } from './settings.ts';

const settings = {
  mapThreshold: '0.6',
  gate: [
    { rule: 'ap50-floor', confidence: 0.95, undecided: 'refuse' },
    { rule: 'escape-budget', rate: 0.02, confidence: 0.95, undecided: 'refuse' },
    { rule: 'overkill-budget', rate: 0.2, confidence: 0.95, undecided: 'refuse' },
  ],
  int8: 'try',
  trainer: 'embedded',
  seed: '1',
  lineage: 'main',
  imageSize: 192,
  trainSteps: '1200',
  trainSeconds: '90',
  settleSeconds: '900',
  trainingInstance: 'ml.m7i.large',
  processingInstance: 'ml.m7i.large',
  trainingCapacity: 'on-demand',
  imageTag: '1',
};
const definition = pipelineDefinition(readPipelineSettings(settings));

/** Every `{ Get: … }` anywhere in a value. */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'Get' in value && typeof value.Get === 'string' ? [value.Get] : [];
  return [...own, ...Object.values(value).flatMap(references)];
}

describe('the pipeline', () => {
  it('is this document', () => {
    expect(definition).toMatchSnapshot();
  });

  it('trains on spot capacity where that is asked for, and waits for it', () => {
    const { Steps } = pipelineDefinition(readPipelineSettings({ ...settings, trainingCapacity: 'spot' }));
    expect(Steps.find(({ Name }) => Name === 'Train')).toMatchObject({
      Arguments: {
        EnableManagedSpotTraining: true,
        StoppingCondition: { MaxRuntimeInSeconds: 86_400, MaxWaitTimeInSeconds: 172_800 },
      },
    });
  });

  it('refers only to parameters, steps, outputs and property files that it has', () => {
    const parameters = definition.Parameters.map(({ Name }) => `Parameters.${Name}`);
    for (const reference of references(definition.Steps)) {
      if (reference.startsWith('Parameters.')) expect(parameters).toContain(reference);
      else
        expect(reference).toMatch(
          /^(Execution\.PipelineExecution(Id|Arn)|Steps\.(PrepareDataset|Train|Evaluate)\..+)$/,
        );
    }
    const used = new Set(references(definition.Steps));
    expect([...used].filter((reference) => reference.includes('Outputs[')).sort()).toEqual([
      "Steps.PrepareDataset.ProcessingOutputConfig.Outputs['champion'].S3Output.S3Uri",
      "Steps.PrepareDataset.ProcessingOutputConfig.Outputs['test'].S3Output.S3Uri",
      "Steps.PrepareDataset.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri",
      "Steps.PrepareDataset.ProcessingOutputConfig.Outputs['validation'].S3Output.S3Uri",
    ]);
    expect([...used].filter((reference) => reference.includes('PropertyFiles')).sort()).toEqual([
      'Steps.Evaluate.PropertyFiles.Evaluation',
      'Steps.PrepareDataset.PropertyFiles.Channels',
    ]);
  });

  it('hands each rule of the gate over in as many characters as SageMaker lets a variable have', () => {
    const gates = parse(readFileSync(new URL('./gate.yml', import.meta.url), 'utf8'));
    expect(Object.keys(gates)).toEqual(['strict', 'laptop', 'rehearsal']);
    for (const gate of Object.values(gates)) {
      const { Parameters } = pipelineDefinition(readPipelineSettings({ ...settings, gate }));
      const rules = Parameters.filter(({ Name }) => Name.startsWith('Gate-'));
      expect(rules.length).toBeGreaterThan(4);
      for (const { DefaultValue } of rules) expect(String(DefaultValue).length).toBeLessThanOrEqual(256);
    }
  });

  it('leaves only names of the stack to CloudFormation', () => {
    const names = [...JSON.stringify(definition).matchAll(/\$\{([^}]+)\}/g)].map(([, name]) => name);
    expect([...new Set(names)].sort()).toEqual([
      'AWS::AccountId',
      'AWS::Region',
      'AWS::URLSuffix',
      'EvaluateJobRole.Arn',
      'ModelPackageGroupName',
      'PrepareJobRole.Arn',
      'TrainJobRole.Arn',
      'TrainingBucket',
    ]);
  });
});

describe('the settings', () => {
  it('are named when they are wrong, missing or unknown', () => {
    const { seed, ...rest } = settings;
    expect(seed).toBe('1');
    expect(() => readPipelineSettings({ ...rest, mapThreshold: '1.5', threads: 2 })).toThrow(
      /mapThreshold: .*; seed: .*"threads".*in the README/,
    );
    expect(() => readPipelineSettings({ ...settings, trainingInstance: 'm7i.large' })).toThrow('trainingInstance');
    expect(() => readPipelineSettings({ ...settings, trainer: 'yolo8' })).toThrow(/trainer: .*"embedded"\|"yolov8"/);
    expect(() => readPipelineSettings(undefined)).toThrow('the block');
  });

  it('that are empty are no zero', () => {
    expect(() => readPipelineSettings({ ...settings, mapThreshold: '', seed: ' ' })).toThrow(/mapThreshold: .*seed: /);
  });

  it('of the gate are named when they are wrong', () => {
    const gate = [
      { rule: 'luck', undecided: 'show' },
      { rule: 'champion', margin: 2, undecided: 'refuse' },
      { rule: 'no-leak', undecided: 'hide' },
      { rule: 'no-leak', undecided: 'show' },
    ];
    const reading = () => readPipelineSettings({ ...settings, gate });
    expect(reading).toThrow(/there is no rule luck \(but evidence, no-leak/);
    expect(reading).toThrow(/set twice: no-leak; no-leak.undecided: .*; champion.margin: .*; champion.confidence: /);
    expect(() => readPipelineSettings({ ...settings, gate: settings.gate.slice(0, 1) })).toThrow(
      'escape-budget is missing: the threshold is chosen by it; overkill-budget is missing',
    );
  });
});
