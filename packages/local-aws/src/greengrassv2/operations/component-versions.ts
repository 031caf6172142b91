import { stringify as yaml } from 'yaml';
import { notImplemented } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { parseArn, requiredVersion, versionsOf } from '../components.ts';
import { conflict, invalid, required } from '../errors.ts';
import { page } from '../pages.ts';
import { parseRecipe, platformsOf } from '../recipe.ts';
import type { ComponentVersion } from '../records.ts';
import { componentArn, type Greengrass, versionArn, versionKey } from '../state.ts';

const statusOf = ({ state, message, errors }: ComponentVersion) => ({
  componentState: state,
  message,
  errors,
  vendorGuidance: 'ACTIVE' as const,
});

/** Takes a recipe in; its artifacts are read after the answer, and `DescribeComponent` tells when that is done. */
export const createComponentVersion: Operation<'greengrassv2', 'CreateComponentVersion', Greengrass> = (
  { inlineRecipe, lambdaFunction, clientToken, tags = {} },
  { caller },
  { kernel, versions },
) => {
  if (lambdaFunction) throw notImplemented('greengrass:CreateComponentVersion of a Lambda function');
  if (!inlineRecipe) throw invalid('A component needs a recipe: give it as inlineRecipe.');
  const recipe = parseRecipe(Buffer.from(inlineRecipe).toString('utf8'));
  const { ComponentName: name, ComponentVersion: version } = recipe;
  const existing = versions.get(versionKey(name, version));
  const arn = versionArn(kernel, name, version);
  if (existing && (clientToken === undefined || existing.clientToken !== clientToken))
    throw conflict(
      'component',
      arn,
      `Component [${name} : ${version}] for account [${kernel.account}] already exists with state: [${existing.state}].`,
    );
  const created = kernel.clock.now();
  const requested: ComponentVersion = existing ?? {
    name,
    version,
    recipe,
    state: 'REQUESTED',
    message: 'NONE',
    errors: {},
    created,
    clientToken,
    tags,
    caller,
  };
  if (!existing) {
    versions.put(versionKey(name, version), requested);
    kernel.outbox.add('greengrassv2:component', { name, version });
  }
  return {
    arn,
    componentName: name,
    componentVersion: version,
    creationTimestamp: new Date(requested.created),
    status: statusOf(requested),
  };
};

export const describeComponent: Operation<'greengrassv2', 'DescribeComponent', Greengrass> = (
  { arn = '' },
  _request,
  greengrass,
) => {
  const found = requiredVersion(greengrass, arn);
  return {
    arn,
    componentName: found.name,
    componentVersion: found.version,
    creationTimestamp: new Date(found.created),
    publisher: found.recipe.ComponentPublisher,
    description: found.recipe.ComponentDescription,
    status: statusOf(found),
    platforms: platformsOf(found.recipe),
    tags: found.tags,
  };
};

export const getComponent: Operation<'greengrassv2', 'GetComponent', Greengrass> = (input, _request, greengrass) => {
  const { arn = '', recipeOutputFormat = 'JSON' } = input;
  const { recipe, tags } = requiredVersion(greengrass, arn);
  const text = recipeOutputFormat === 'YAML' ? yaml(recipe) : JSON.stringify(recipe, null, 2);
  return { recipeOutputFormat, recipe: Buffer.from(text), tags };
};

export const listComponents: Operation<'greengrassv2', 'ListComponents', Greengrass> = (
  input,
  _request,
  greengrass,
) => {
  if (input.scope === 'PUBLIC') throw notImplemented('greengrass:ListComponents of public components');
  const names = [...new Set(greengrass.versions.list().map(({ value }) => value.name))];
  const { items, nextToken } = page(names, input.maxResults, input.nextToken);
  return {
    components: items.map((name) => {
      const [latest] = versionsOf(greengrass, name);
      return {
        arn: componentArn(greengrass.kernel, name),
        componentName: name,
        latestVersion: latest && {
          arn: versionArn(greengrass.kernel, name, latest.version),
          componentVersion: latest.version,
          creationTimestamp: new Date(latest.created),
          description: latest.recipe.ComponentDescription,
          publisher: latest.recipe.ComponentPublisher,
          platforms: platformsOf(latest.recipe),
        },
      };
    }),
    nextToken,
  };
};

export const listComponentVersions: Operation<'greengrassv2', 'ListComponentVersions', Greengrass> = (
  input,
  _request,
  greengrass,
) => {
  const { name } = parseArn(greengrass.kernel, input.arn ?? '');
  const all = versionsOf(greengrass, name);
  required(all[0], 'component', input.arn ?? '');
  const { items, nextToken } = page(all, input.maxResults, input.nextToken);
  return {
    componentVersions: items.map(({ version }) => ({
      componentName: name,
      componentVersion: version,
      arn: versionArn(greengrass.kernel, name, version),
    })),
    nextToken,
  };
};

export const deleteComponent: Operation<'greengrassv2', 'DeleteComponent', Greengrass> = (
  { arn = '' },
  _request,
  greengrass,
) => {
  const { name, version } = requiredVersion(greengrass, arn);
  const users = greengrass.deployments
    .list()
    .filter(({ value }) => value.status === 'ACTIVE' && value.components[name]?.componentVersion === version);
  if (users.length > 0)
    throw conflict('component', arn, `Component ${name} ${version} is in the active deployment ${users[0]?.key}.`);
  greengrass.versions.delete(versionKey(name, version));
  return {};
};
