import type { Caller } from '../kernel/caller.ts';
import type { Recipe } from './recipe.ts';

/** What is stored; times are milliseconds since the epoch. */
export interface ComponentVersion {
  name: string;
  version: string;
  recipe: Recipe;
  state: 'REQUESTED' | 'DEPLOYABLE' | 'FAILED';
  message: string;
  /** Artifact URI → what is wrong with it. */
  errors: Record<string, string>;
  created: number;
  clientToken?: string | undefined;
  tags: Record<string, string>;
  /** In whose name the artifacts are read. */
  caller: Caller;
}

export interface DeployedComponent {
  componentVersion: string;
  reset: string[];
  /** JSON text. */
  merge?: string | undefined;
}

export interface Deployment {
  id: string;
  name?: string | undefined;
  revision: number;
  targetArn: string;
  components: Record<string, DeployedComponent>;
  failureHandlingPolicy: 'ROLLBACK' | 'DO_NOTHING';
  componentUpdatePolicy: { action: 'NOTIFY_COMPONENTS' | 'SKIP_NOTIFY_COMPONENTS'; timeoutInSeconds: number };
  /** Seconds. */
  configurationValidationTimeout: number;
  /** The request's `iotJobConfiguration`, given back as it came (JSON text). */
  jobConfiguration?: string | undefined;
  jobId: string;
  jobArn: string;
  /** The state that this service has set: a job that was aborted shows as cancelled besides. */
  status: 'ACTIVE' | 'CANCELED' | 'INACTIVE';
  created: number;
  clientToken?: string | undefined;
  tags: Record<string, string>;
}

export type ExecutionStatus =
  | 'IN_PROGRESS'
  | 'QUEUED'
  | 'FAILED'
  | 'COMPLETED'
  | 'TIMED_OUT'
  | 'CANCELED'
  | 'REJECTED'
  | 'SUCCEEDED';

/** A deployment on one core device. */
export interface EffectiveDeployment {
  deploymentId: string;
  thing: string;
  status: ExecutionStatus;
  reason: string;
  errorStack: string[];
  errorTypes: string[];
  created: number;
  modified: number;
}

export interface InstalledComponent {
  version: string;
  state: LifecycleState;
  details: string;
  codes: string[];
  isRoot: boolean;
  changed: number;
  reported: number;
}

export type LifecycleState =
  | 'NEW'
  | 'INSTALLED'
  | 'STARTING'
  | 'RUNNING'
  | 'STOPPING'
  | 'ERRORED'
  | 'BROKEN'
  | 'FINISHED';

export interface CoreDevice {
  thing: string;
  coreVersion: string;
  platform: string;
  architecture: string;
  runtime: string;
  status: 'HEALTHY' | 'UNHEALTHY';
  lastStatusUpdate: number;
  components: Record<string, InstalledComponent>;
}
