/** Who makes a call: the account's administrator, a role's session, or an AWS service acting for someone. */
export interface Caller {
  kind: 'administrator' | 'role' | 'service';
  /** `arn:aws:iam::…:user/…`, `arn:aws:sts::…:assumed-role/<role>/<session>`, or for a service its name, e.g. `events.amazonaws.com`. */
  arn: string;
  account: string;
  /** Present for a role's session: the role itself. */
  roleArn?: string;
  /** Present for a service: the resource it acts for (`aws:SourceArn`). */
  sourceArn?: string;
}

/** An AWS service as caller, e.g. EventBridge that puts a message into a rule's target queue. */
export function serviceCaller(principal: string, account: string, sourceArn?: string): Caller {
  return { kind: 'service', arn: principal, account, ...(sourceArn === undefined ? {} : { sourceArn }) };
}

/** A role's session as caller, for a service that acts with a role it was passed. */
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
