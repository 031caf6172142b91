import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { standIn } from '../../kernel/authorization/stand-in.ts';
import { administratorCaller } from '../../kernel/caller.ts';
import { manualClock } from '../../kernel/clock.ts';
import { Kernel } from '../../kernel/kernel.ts';
import { sagemakerService } from '../service.ts';

it('says each change of an execution and of its steps, as SageMaker words it', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'pipeline-events-'));
  const clock = manualClock(Date.parse('2026-03-04T13:03:13.250Z'));
  const events: { type: string | undefined; resources: string[] | undefined; detail: unknown }[] = [];
  const eventbridge = standIn<'eventbridge', null>({
    name: 'eventbridge',
    signingName: 'events',
    load: () => import('@aws-sdk/client-eventbridge'),
    create: () => null,
    operations: {
      PutEvents({ Entries = [] }) {
        for (const { DetailType, Resources, Detail = '' } of Entries)
          events.push({ type: DetailType, resources: Resources, detail: JSON.parse(Detail) });
        return {};
      },
    },
  });
  const report = (message: string, error?: unknown) => console.error(message, error);
  const options = { dataDir, account: '000000000000', region: 'eu-west-1', clock, images: {}, report };
  const kernel = new Kernel(options, [sagemakerService, eventbridge]);
  await kernel.start('http://127.0.0.1:0');
  const caller = administratorCaller('000000000000');
  const PipelineDefinition = JSON.stringify({
    Version: '2020-12-01',
    Steps: [{ Name: 'TooWeak', Type: 'Fail', Arguments: { ErrorMessage: 'mAP below threshold' } }],
  });
  const RoleArn = 'arn:aws:iam::000000000000:role/pipeline';
  const pipeline = { PipelineName: 'train', PipelineDefinition, RoleArn, ClientRequestToken: 'c' };
  await kernel.call('sagemaker', 'CreatePipeline', pipeline, caller);
  const start = { PipelineName: 'train', PipelineExecutionDisplayName: 'snap', ClientRequestToken: 's'.repeat(32) };
  const { PipelineExecutionArn } = await kernel.call('sagemaker', 'StartPipelineExecution', start, caller);
  await clock.advance(0);
  await clock.advance(1000);
  await kernel.close();
  await rm(dataDir, { recursive: true });

  const pipelineArn = 'arn:aws:sagemaker:eu-west-1:000000000000:pipeline/train';
  const execution = {
    pipelineExecutionDisplayName: 'snap',
    executionStartTime: '2026-03-04T13:03:13Z',
    pipelineExecutionDescription: '',
    pipelineArn,
    pipelineExecutionArn: PipelineExecutionArn,
  };
  const ended = { executionEndTime: '2026-03-04T13:03:13Z' };
  const change = 'SageMaker Model Building Pipeline Execution Status Change';
  expect(events.filter(({ type }) => type === change).map(({ detail }) => detail)).toEqual([
    { ...execution, currentPipelineExecutionStatus: 'Executing' },
    {
      ...execution,
      ...ended,
      currentPipelineExecutionStatus: 'Failed',
      previousPipelineExecutionStatus: 'Executing',
    },
  ]);
  const steps = events.filter(({ type }) => type?.endsWith('Step Status Change'));
  expect(steps.at(-1)).toEqual({
    type: 'SageMaker Model Building Pipeline Execution Step Status Change',
    resources: [pipelineArn, PipelineExecutionArn],
    detail: {
      metadata: { fail: { errorMessage: 'mAP below threshold' } },
      stepName: 'TooWeak',
      stepType: 'Fail',
      previousStepStatus: 'Starting',
      currentStepStatus: 'Failed',
      stepStartTime: '2026-03-04T13:03:13Z',
      stepEndTime: '2026-03-04T13:03:13Z',
      failureReason: 'mAP below threshold',
      pipelineArn,
      pipelineExecutionArn: PipelineExecutionArn,
    },
  });
});
