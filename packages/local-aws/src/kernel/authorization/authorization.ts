import { type Caller, serviceCaller } from '../caller.ts';
import { AwsError } from '../errors.ts';
import type { ServiceName } from '../modules.ts';
import { type Denied, denial } from './denial.ts';
import { type Decision, decide, type HeldPolicy } from './evaluate.ts';
import type { Need } from './permission.ts';
import { MalformedPolicy, type PolicyKind, parsePolicy } from './policy.ts';

/** A document as a service keeps it. */
export interface PolicyText {
  name: string;
  text: string;
}

/** Where policies come from: the services keep them, each its own. */
export interface PolicySource {
  /** Of a role. */
  identityPolicies(roleArn: string): PolicyText[];
  /** Who may take a role on; none when there is no such role. */
  trustPolicies(roleArn: string): PolicyText[];
  /** Of the resource that an ARN names; undefined when there is no such resource. */
  resourcePolicies(arn: string): PolicyText[] | undefined;
}

/** Told of every decision, e.g. to keep which statements were ever needed. */
export type Witness = (caller: Caller, need: Need, decision: Decision) => void;

const ADMINISTRATOR: PolicyText = {
  name: 'AdministratorAccess',
  text: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
};

/** Decides whether a call may be made, by the policies as they are at this moment. */
export class Authorization {
  readonly #policies: PolicySource;
  readonly #witness: Witness;

  constructor(policies: PolicySource, witness: Witness) {
    this.#policies = policies;
    this.#witness = witness;
  }

  /** Throws AWS's AccessDenied, in the form of `service`, unless the caller may do all that is needed. */
  require(service: ServiceName, caller: Caller, needs: readonly Need[]): void {
    const refusal = this.refusal(service, caller, needs);
    if (refusal) throw refusal;
  }

  /** The same as an answer: undefined when the caller may. */
  refusal(service: ServiceName, caller: Caller, needs: readonly Need[]): AwsError | undefined {
    const denied = this.#denied(caller, needs);
    return denied && denial(service, denied);
  }

  /** The same as a question. */
  allows(caller: Caller, need: Need): boolean {
    return this.#denied(caller, [need]) === undefined;
  }

  /** Whether a role's trust policy lets a service work with it. */
  trusts(roleArn: string, principal: string, account: string): boolean {
    return this.allows(serviceCaller(principal, account), { action: 'sts:AssumeRole', resource: roleArn });
  }

  decide(caller: Caller, need: Need): Decision {
    const { action, resource } = need;
    const mustTrust = action === 'sts:AssumeRole';
    const decision = decide({
      caller,
      action,
      resource,
      context: contextOf(caller, need),
      identity: this.#identityOf(caller),
      onResource: mustTrust
        ? held(caller, resource, 'trust', this.#policies.trustPolicies(resource))
        : held(caller, resource, 'resource', this.#policies.resourcePolicies(resource) ?? []),
      mustTrust,
    });
    this.#witness(caller, need, decision);
    return decision;
  }

  /** The first thing that the caller may not do. */
  #denied(caller: Caller, needs: readonly Need[]): Denied | undefined {
    // What an AWS service does behind its own API is no API call on AWS, so no policy speaks of it.
    if (caller.kind === 'internal') return undefined;
    if (caller.assumedBy !== undefined && caller.roleArn !== undefined) {
      const principal = serviceCaller(caller.assumedBy, caller.account);
      const distrusted = this.#denied(principal, [{ action: 'sts:AssumeRole', resource: caller.roleArn }]);
      if (distrusted) return distrusted;
    }
    for (const need of needs) {
      // A service whose resource is gone hears that, not that nobody lets it in: the operation says so.
      if (caller.kind === 'service' && !this.#isThere(need)) continue;
      const decision = this.decide(caller, need);
      if (!decision.allowed) return { caller, need, because: decision.because };
    }
    return undefined;
  }

  #isThere({ action, resource }: Need): boolean {
    return action === 'sts:AssumeRole' || this.#policies.resourcePolicies(resource) !== undefined;
  }

  #identityOf(caller: Caller): HeldPolicy[] {
    if (caller.kind === 'administrator') return held(caller, caller.arn, 'identity', [ADMINISTRATOR]);
    if (caller.roleArn === undefined) return [];
    return held(caller, caller.roleArn, 'identity', this.#policies.identityPolicies(caller.roleArn));
  }
}

function held(caller: Caller, holder: string, kind: PolicyKind, texts: PolicyText[]): HeldPolicy[] {
  return texts.flatMap((text) => {
    try {
      return hold(holder, kind, text);
    } catch (error) {
      // Somebody must be able to put a better one in its place.
      if (caller.kind === 'administrator' && error instanceof AwsError) return [];
      throw error;
    }
  });
}

/**
 * A policy as it is kept. One that an earlier version took, which asked for JSON and no more, may be none that anything can
 * be decided by.
 * @throws MalformedPolicyDocument
 */
export function hold(holder: string, kind: PolicyKind, { name, text }: PolicyText): HeldPolicy {
  try {
    return { holder, name, policy: parsePolicy(text, kind) };
  } catch (cause) {
    if (!(cause instanceof MalformedPolicy)) throw cause;
    throw new AwsError(
      'MalformedPolicyDocument',
      `The policy ${name} of ${holder} cannot be decided by, so nothing is that it concerns. ${cause.message} Put it again, e.g. by deploying its stack.`,
      { status: 400, cause },
    );
  }
}

/** The condition keys of a call: its own and the global ones. */
export function contextOf(caller: Caller, { context = {} }: Need): Map<string, string> {
  const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  // The loopback interface is no wire that anyone could listen on.
  values.set('aws:securetransport', 'true');
  if (caller.kind !== 'service') values.set('aws:principalarn', caller.roleArn ?? caller.arn);
  if (caller.sourceArn !== undefined) values.set('aws:sourcearn', caller.sourceArn);
  if (caller.kind === 'service') values.set('aws:sourceaccount', caller.account);
  return values;
}
