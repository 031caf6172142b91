import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from './handler.ts';

const event = {
  source: 'aws.sagemaker',
  'detail-type': 'SageMaker Model Building Pipeline Execution Status Change',
  detail: {
    pipelineExecutionArn:
      'arn:aws:sagemaker:eu-west-1:000000000000:pipeline/assay-local-training/execution/a1b2c3d4e5f6',
    currentPipelineExecutionStatus: 'Succeeded',
  },
};
// The stack reads no more than this of it.
const context = { functionName: 'on-pipeline-status', awsRequestId: '1', memoryLimitInMB: '256' } as Context;

beforeEach(() => {
  vi.stubEnv('POWERTOOLS_TRACE_ENABLED', 'false');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
});
afterEach(() => vi.unstubAllEnvs());

describe('on-pipeline-status', () => {
  it('names the variables that are missing', async () => {
    vi.stubEnv('ASSAY_BUS_NAME', 'assay-local');
    await expect(handler(event, context)).rejects.toThrow(/ASSAY_TABLE is not set; set it .* in serverless\.yml/);
  });

  it('names what an event lacks', async () => {
    for (const variable of ['BUS_NAME', 'CLAIM_BUCKET', 'BUCKET', 'TABLE', 'PIPELINE']) {
      vi.stubEnv(`ASSAY_${variable}`, 'x');
    }
    vi.stubEnv('ASSAY_MINIMUM_NEW_LABELS', '50');
    const executing = { ...event, detail: { ...event.detail, currentPipelineExecutionStatus: 'Executing' } };
    await expect(handler(executing, context)).rejects.toThrow('detail.currentPipelineExecutionStatus');
    await expect(handler({}, context)).rejects.toMatchObject({ code: 'invalid-input' });
  });
});
