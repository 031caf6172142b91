import type { ResourceStatus, StackStatus, Tag } from '@aws-sdk/client-cloudformation';
import type { Caller } from '../kernel/caller.ts';

/** What a stack is to become, or is. */
export interface Definition {
  /** The template's text. */
  template: string;
  /** Given values by parameter; defaults are not filled in. */
  parameters: Record<string, string>;
  tags: Tag[];
  capabilities: string[];
}

export interface StackOutput {
  key: string;
  value: string;
  description?: string;
  exportName?: string;
}

/**
 * A create, update or delete that is under way. `phase` is how far it got, so that it goes on there after a crash:
 * `forward` makes and changes resources; `cleanup` deletes what the new template no longer has; `back` restores what was
 * before, and `back-cleanup` deletes what the failed attempt made.
 */
export interface RunningOperation {
  id: string;
  kind: 'create' | 'update' | 'delete';
  phase: 'forward' | 'cleanup' | 'back' | 'back-cleanup';
  caller: Caller;
  target: Definition;
  /** What becomes of a failed create or update. Only a create may end in deletion. */
  onFailure: FailureAction;
  /** Resources that a delete keeps. */
  retain: string[];
  clientToken?: string;
}

export type FailureAction = 'rollback' | 'delete' | 'nothing';

export interface Stack {
  id: string;
  name: string;
  /** Milliseconds since the epoch, like all times here. */
  created: number;
  updated?: number;
  deleted?: number;
  status: StackStatus;
  reason?: string;
  definition: Definition;
  description?: string;
  outputs: StackOutput[];
  /** Names of exports of other stacks that this stack's resources and outputs use. */
  imports: string[];
  operation?: RunningOperation;
  changeSetId?: string;
}

/** A resource as it exists. */
export interface Physical {
  id: string;
  attributes: Record<string, string>;
  /** The template's properties, resolved. */
  properties: Record<string, unknown>;
  /** What made its generated name unique. */
  suffix: string;
}

export interface StackResource {
  logicalId: string;
  type: string;
  status: ResourceStatus;
  reason?: string;
  changed: number;
  physical?: Physical;
  deletionPolicy: 'Delete' | 'Retain' | 'RetainExceptOnCreate';
  replacePolicy: 'Delete' | 'Retain' | 'RetainExceptOnCreate';
  /** The resources that it needs. */
  needs: string[];
  /** What the running operation does to it; kept until that ends, for going back and for going on. */
  attempt?: Attempt;
}

export interface Attempt {
  operation: string;
  action: 'create' | 'update' | 'replace';
  done: boolean;
  properties: Record<string, unknown>;
  suffix: string;
  /** Absent for `create`. */
  before?: Physical;
}

/** The statuses in which an operation runs. */
export const isBusy = (status: StackStatus) => status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
