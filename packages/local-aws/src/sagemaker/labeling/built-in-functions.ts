import type { TaskKind } from './job.ts';

/** The AWS accounts whose `PRE-…` and `ACS-…` functions the built-in task types use ("CreateLabelingJob"). */
const ACCOUNTS: Record<string, string> = {
  'us-east-1': '432418664414',
  'us-east-2': '266458841044',
  'us-west-2': '081040173940',
  'ca-central-1': '918755190332',
  'eu-west-1': '568282634449',
  'eu-west-2': '487402164563',
  'eu-central-1': '203001061592',
  'ap-northeast-1': '477331159723',
  'ap-northeast-2': '845288260483',
  'ap-south-1': '565803892007',
  'ap-southeast-1': '377565633583',
  'ap-southeast-2': '454466003867',
};

const KINDS: TaskKind[] = ['BoundingBox', 'VerificationBoundingBox'];

/** The task type that a built-in function belongs to; undefined for any other function. */
export function builtInKind(arn: string | undefined, stage: 'PRE' | 'ACS', region: string): TaskKind | undefined {
  return KINDS.find((kind) => arn === builtInFunction(kind, stage, region));
}

export function builtInFunction(kind: TaskKind, stage: 'PRE' | 'ACS', region: string): string {
  return `arn:aws:lambda:${region}:${ACCOUNTS[region] ?? ''}:function:${stage}-${kind}`;
}
