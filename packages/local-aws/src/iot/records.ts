/** What is stored, by name or id; times are milliseconds since the epoch. */
export interface Thing {
  name: string;
  id: string;
  attributes: Record<string, string>;
  version: number;
  /** ARNs of the certificates that the thing may connect with. */
  principals: string[];
  /** Names of the groups that it is in. */
  groups: string[];
}

export interface ThingGroup {
  name: string;
  id: string;
  description?: string | undefined;
  attributes: Record<string, string>;
  version: number;
  created: number;
}

export interface Certificate {
  /** SHA-256 fingerprint, lower-case hex. */
  id: string;
  pem: string;
  active: boolean;
  created: number;
  /** Names of the attached policies. */
  policies: string[];
}

export interface PolicyRecord {
  name: string;
  /** JSON text. */
  document: string;
  version: number;
  created: number;
  modified: number;
}

export interface RoleAlias {
  alias: string;
  roleArn: string;
  /** Seconds. */
  duration: number;
  created: number;
  modified: number;
}

/** A job as it was asked for, and how far it has been handed out. */
export interface Job {
  id: string;
  document: string;
  /** ARNs of things and thing groups. */
  targets: string[];
  continuous: boolean;
  namespace?: string | undefined;
  description?: string | undefined;
  status: 'IN_PROGRESS' | 'CANCELED' | 'COMPLETED';
  reasonCode?: string | undefined;
  comment?: string | undefined;
  rollout: Rollout;
  abort: AbortCriterion[];
  /** Minutes that a device may take from IN_PROGRESS on. */
  timeout?: number | undefined;
  /** Things that no execution was made for yet, because the rollout goes step by step. */
  pending: string[];
  created: number;
  modified: number;
  completed?: number | undefined;
}

export interface Rollout {
  maximumPerMinute: number;
  exponential?:
    | {
        base: number;
        factor: number;
        /** The rate grows each time that so many things succeeded, or were notified. */
        every: number;
        counting: 'succeeded' | 'notified';
      }
    | undefined;
}

export interface AbortCriterion {
  failureType: 'FAILED' | 'REJECTED' | 'TIMED_OUT' | 'ALL';
  /** Percent of the executed things. */
  threshold: number;
  minimum: number;
}

export type ExecutionStatus = 'QUEUED' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'REJECTED' | 'CANCELED';

export const TERMINAL: readonly ExecutionStatus[] = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'REJECTED', 'CANCELED'];

/** A job on one thing. */
export interface Execution {
  jobId: string;
  thing: string;
  status: ExecutionStatus;
  statusDetails: Record<string, string>;
  queued: number;
  started?: number | undefined;
  modified: number;
  version: number;
}
