import type { Kernel } from '../kernel.ts';
import type { InputOf, OperationName, ServiceName } from '../modules.ts';

/** One thing that a call must be allowed to do. */
export interface Need {
  /** IAM's name for it, e.g. `s3:GetObject`. */
  action: string;
  /** An ARN, or `*` where the action knows no resource. */
  resource: string;
  /** Condition keys of the call besides the global ones, e.g. `iam:PassedToService`. */
  context?: Record<string, string>;
}

/**
 * What an operation needs, all of it: "Actions, resources, and condition keys" in the Service Authorization Reference. A
 * string is the resource's ARN, for an action that is called like the operation.
 */
export type PermissionsOf<S extends ServiceName, O extends OperationName<S>, State> = (
  input: InputOf<S, O>,
  kernel: Kernel,
  state: State,
) => string | Need | (string | Need)[];

/** A service's table; `defineService` refuses an operation without an entry. */
export type Permissions<S extends ServiceName, State> = {
  [O in OperationName<S>]?: PermissionsOf<S, O, State>;
};

/** Handing a role to a service: without this check, whoever may start a job might do all that the job's role may. */
export const passRole = (roleArn: string | undefined, service: string): Need[] =>
  roleArn === undefined
    ? []
    : [{ action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': service } }];
