import { PermanentError, RetryableError } from '@assay/lambda-kit';
import {
  type CloudComponentStatus,
  ConflictException,
  CreateComponentVersionCommand,
  DescribeComponentCommand,
  type GreengrassV2Client,
  paginateListComponentVersions,
  ResourceNotFoundException,
} from '@aws-sdk/client-greengrassv2';
import { INSPECTOR_COMPONENT, newestFirst } from '../domain/model/model-component.ts';

const POLL_MS = 500;
const MAX_POLLS = 60;

/** Component versions in the account's Greengrass registry. */
export interface Components {
  exists(name: string, version: string): Promise<boolean>;
  /** Registers a recipe and waits until it can be deployed. One that is registered already is left as it is. */
  register(recipe: { ComponentName: string; ComponentVersion: string }): Promise<void>;
  /** The newest version of the inspector that can be deployed: one may be registered and have failed. */
  inspectorVersion(): Promise<string>;
}

export function createComponents(
  greengrass: GreengrassV2Client,
  /** `arn:aws:greengrass:<region>:<account>:components` */
  arnPrefix: string,
  sleep: (milliseconds: number) => Promise<unknown>,
): Components {
  const statusOf = async (name: string, version: string): Promise<CloudComponentStatus | undefined> => {
    const arn = `${arnPrefix}:${name}:versions:${version}`;
    try {
      return (await greengrass.send(new DescribeComponentCommand({ arn }))).status;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  };

  const deployable = async (name: string, version: string): Promise<void> => {
    for (let poll = 0; poll < MAX_POLLS; poll += 1) {
      const status = await statusOf(name, version);
      if (status?.componentState === 'DEPLOYABLE') return;
      if (status?.componentState === 'FAILED') {
        throw new PermanentError(
          'component-failed',
          `${arnPrefix}:${name}:versions:${version} can't be deployed: ${status.message ?? 'no reason given'}`,
        );
      }
      await sleep(POLL_MS);
    }
    throw new RetryableError('component-pending', `${name} ${version} did not become deployable in time`);
  };

  return {
    async exists(name, version) {
      if ((await statusOf(name, version)) === undefined) return false;
      await deployable(name, version);
      return true;
    },

    async register(recipe) {
      const inlineRecipe = new TextEncoder().encode(JSON.stringify(recipe));
      try {
        await greengrass.send(new CreateComponentVersionCommand({ inlineRecipe }));
      } catch (error) {
        if (!(error instanceof ConflictException)) throw error;
      }
      await deployable(recipe.ComponentName, recipe.ComponentVersion);
    },

    async inspectorVersion() {
      const arn = `${arnPrefix}:${INSPECTOR_COMPONENT}`;
      const versions: string[] = [];
      try {
        for await (const page of paginateListComponentVersions({ client: greengrass }, { arn })) {
          versions.push(...(page.componentVersions ?? []).flatMap(({ componentVersion }) => componentVersion ?? []));
        }
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
      }
      for (const version of newestFirst(versions)) {
        const status = await statusOf(INSPECTOR_COMPONENT, version);
        if (status?.componentState === 'DEPLOYABLE') return version;
      }
      throw new RetryableError(
        'no-inspector',
        `${arn} has no version that can be deployed; register the inspector (on AWS by registerInspector; assay up does it), then redrive`,
      );
    },
  };
}
