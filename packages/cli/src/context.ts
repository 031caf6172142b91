import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Chain, createChain } from './chain/chain.ts';
import { CliError } from './cli-error.ts';
import { type Names, names } from './names.ts';
import type { Terminal } from './output/terminal.ts';
import { type Clients, clientsOf } from './platform/clients.ts';
import { type Connection, localConnection } from './platform/connection.ts';

/** The options that every command has. */
export interface GlobalOptions {
  data: string;
  stage: string;
}

/** What a command works with: an AWS, the stacks' names, and the terminal. */
export interface Context {
  terminal: Terminal;
  connection: Connection;
  clients: Clients;
  names: Names;
  chain: Chain;
}

export function createContext(terminal: Terminal, connection: Connection): Context {
  const clients = clientsOf(connection);
  const named = names(connection.stage, connection.account);
  return { terminal, connection, clients, names: named, chain: createChain(clients, named) };
}

/** The stage `local` is the embedded AWS of the data directory; every other stage is on AWS, by the environment's credentials. */
export async function connect(terminal: Terminal, { data, stage }: GlobalOptions): Promise<Context> {
  if (stage === 'local') return createContext(terminal, await localConnection(data));
  return createContext(terminal, { stage, ...(await caller(stage)) });
}

/** Whose account the environment's credentials are of. */
async function caller(stage: string): Promise<{ account: string; region: string }> {
  try {
    const sts = new STSClient({});
    const { Account = '' } = await sts.send(new GetCallerIdentityCommand({}));
    return { account: Account, region: await sts.config.region() };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(
      `AWS doesn't say whose account the stage "${stage}" is in: ${reason}`,
      'Set AWS_REGION and credentials (AWS_PROFILE, "aws sso login", …), or leave --stage out for the embedded AWS.',
      { cause },
    );
  }
}
