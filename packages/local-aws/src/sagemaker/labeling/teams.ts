import type { MemberDefinition, NotificationConfiguration } from '@aws-sdk/client-sagemaker';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Collection } from '../../kernel/store.ts';

export interface Team {
  name: string;
  arn: string;
  description: string;
  members: MemberDefinition[];
  notification?: NotificationConfiguration;
  /** Milliseconds since the epoch. */
  createdAt: number;
  modifiedAt: number;
}

/** Amazon Mechanical Turk: one team for everybody, owned by AWS. */
export const PUBLIC_TEAM = 'public-crowd';
const PUBLIC_ACCOUNT = '394669845002';

/** The private teams, and the public one, which is always there. */
export class Teams {
  readonly #kernel: Kernel;
  readonly #teams: Collection<Team>;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#teams = kernel.store.collection<Team>('labeling_teams');
  }

  arn(name: string): string {
    return this.#kernel.arn('sagemaker', `workteam/private-crowd/${name}`);
  }

  publicArn(): string {
    return `arn:aws:sagemaker:${this.#kernel.region}:${PUBLIC_ACCOUNT}:workteam/${PUBLIC_TEAM}/default`;
  }

  find(name: string): Team | undefined {
    return this.#teams.get(name);
  }

  put(team: Team): void {
    this.#teams.put(team.name, team);
  }

  delete(name: string): boolean {
    return this.#teams.delete(name);
  }

  list(): Team[] {
    return this.#teams.list().map(({ value }) => value);
  }

  /** The team of an ARN as the worker API names it; undefined when there is none. */
  nameOf(arn: string | undefined): string | undefined {
    if (arn === this.publicArn()) return PUBLIC_TEAM;
    return this.list().find((team) => team.arn === arn)?.name;
  }

  /** Whether the worker API knows a team of this name. */
  exists(name: string): boolean {
    return name === PUBLIC_TEAM || this.find(name) !== undefined;
  }
}
