/**
 * Who makes a call: the account's administrator, a role's session, an AWS service acting for someone (whom only the
 * resource's own policy can let in), or an AWS service about its own business behind its API (whom no policy concerns).
 */
export interface Caller {
  kind: 'administrator' | 'role' | 'service' | 'internal';
  /** `arn:aws:iam::…:user/…`, `arn:aws:sts::…:assumed-role/<role>/<session>`, or for a service its name, e.g. `events.amazonaws.com`. */
  arn: string;
  account: string;
  /** Present for a role's session: the role itself. */
  roleArn?: string;
  /** Present for a session that a service began itself: the role has to trust that service. */
  assumedBy?: string;
  /** Present for a service: the resource it acts for (`aws:SourceArn`). */
  sourceArn?: string;
}

/** An AWS service as caller, e.g. EventBridge that puts a message into a rule's target queue. */
export function serviceCaller(principal: string, account: string, sourceArn?: string): Caller {
  return { kind: 'service', arn: principal, account, ...(sourceArn === undefined ? {} : { sourceArn }) };
}

/** What an AWS service asks of another one behind its API, e.g. SageMaker's runtime of SageMaker, for its records' schema. */
export function internalCaller(principal: string, account: string): Caller {
  return { kind: 'internal', arn: principal, account };
}

/** The one who may do all. */
export function administratorCaller(account: string): Caller {
  return { kind: 'administrator', arn: `arn:aws:iam::${account}:user/administrator`, account };
}

/** A role's session as caller. */
export function roleCaller(roleArn: string, sessionName: string): Caller {
  const [, partition, , , account = '', resource = ''] = roleArn.split(':');
  const role = resource.slice(resource.lastIndexOf('/') + 1);
  return {
    kind: 'role',
    arn: `arn:${partition}:sts::${account}:assumed-role/${role}/${sessionName}`,
    account,
    roleArn,
  };
}

/** A service that acts with a role it was passed, e.g. Step Functions with a state machine's. */
export function serviceRoleCaller(principal: string, roleArn: string, sessionName: string): Caller {
  return { ...roleCaller(roleArn, sessionName), assumedBy: principal };
}
