import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import { repositoryRoot } from './repository.ts';

export interface DeployOptions {
  service: string;
  stage: string;
  environment: NodeJS.ProcessEnv;
  /** Each line that the Serverless Framework prints. */
  line?(text: string): void;
}

/** Deploys one service with the Serverless Framework, as it comes. @returns whether anything changed. */
export async function deployService({
  service,
  stage,
  environment,
  line,
}: DeployOptions): Promise<{ changed: boolean }> {
  const output = await serverless(['deploy', '--stage', stage], service, environment, line);
  return { changed: !/did not include any changes|No changes to deploy|Deployment skipped/i.test(output) };
}

function serverless(
  parameters: string[],
  service: string,
  environment: NodeJS.ProcessEnv,
  line: DeployOptions['line'],
): Promise<string> {
  const binaries = join(repositoryRoot, 'node_modules', '.bin');
  const child = spawn(process.execPath, [join(binaries, 'serverless'), ...parameters], {
    cwd: join(repositoryRoot, 'services', service),
    env: { ...environment, PATH: `${binaries}:${environment.PATH ?? ''}`, SLS_INTERACTIVE_SETUP_ENABLE: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
    for (const text of chunk.toString().split('\n')) if (text.trim() !== '') line?.(text.trimEnd());
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) return resolve(output);
      const remedy = `Read the Serverless Framework's message above${line ? '' : `:\n${output.trim()}`}`;
      reject(new CliError(`The deployment of ${service} failed.`, remedy));
    });
  });
}

/** The environment in which the Serverless Framework, a job or a person reaches the embedded AWS. */
export function localEnvironment(connection: {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    AWS_ENDPOINT_URL: connection.endpoint,
    AWS_REGION: connection.region,
    AWS_DEFAULT_REGION: connection.region,
    AWS_ACCESS_KEY_ID: connection.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: connection.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
    // How often the framework asks for a stack's state; its 5 s are meant for AWS.
    SLS_AWS_MONITORING_FREQUENCY: '100',
    SLS_NOTIFICATIONS_MODE: 'off',
    SLS_TELEMETRY_DISABLED: '1',
  };
}
