import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateComponentVersionCommand,
  DescribeComponentCommand,
  type GreengrassV2Client,
  paginateListComponents,
  paginateListComponentVersions,
} from '@aws-sdk/client-greengrassv2';
import { HeadObjectCommand, NotFound, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type Artifact, buildArtifact } from './artifact/build.ts';
import { hostPlatform, type Platform } from './artifact/platform.ts';
import { inspectorRecipe } from './recipe.ts';

export interface RegisterOptions {
  greengrass: GreengrassV2Client;
  s3: S3Client;
  /** Where devices fetch components from. */
  bucket: string;
  /** Where devices leave pictures that they were unsure of. */
  imageBucket: string;
  /** Where the devices' cameras leave frames: `<framesDir>/<station>/<part>/<file>`. */
  framesDir: string;
  /** This machine's when absent. */
  platforms?: readonly Platform[];
  /** For tests: the artifact of a platform. */
  build?: (platform: Platform) => Promise<Artifact>;
}

const COMPONENT = 'com.assay.inspector';
const DIGEST_TAG = 'assay:content';
const POLL_MS = 100;
const MOST_POLLS = 600;

/**
 * Makes the inspector as it is here available to deployments: uploads its artifacts under the names of their content and
 * creates a component version. Done again with nothing changed it gives the version that there is; a change gets the
 * next one (`1.0.<n>`).
 */
export async function registerInspector(options: RegisterOptions): Promise<{ version: string; arn: string }> {
  const { greengrass, s3, bucket, platforms = [hostPlatform()], build = buildArtifact } = options;
  const builds: { platform: Platform; uri: string }[] = [];
  for (const platform of platforms) {
    const { zip, sha256 } = await build(platform);
    const key = `components/${COMPONENT}/${sha256}/inspector.zip`;
    await upload(s3, bucket, key, zip);
    builds.push({ platform, uri: `s3://${bucket}/${key}` });
  }
  const { imageBucket, framesDir } = options;
  const recipeOf = (version: string) => inspectorRecipe({ version, builds, imageBucket, framesDir });
  const content = createHash('sha256')
    .update(JSON.stringify(recipeOf('0.0.0')))
    .digest('hex');
  const latest = await latestVersion(greengrass);
  if (latest?.content === content) return latest;
  const version = `1.0.${latest === undefined ? 0 : Number(latest.version.split('.')[2]) + 1}`;
  const { arn = '' } = await greengrass.send(
    new CreateComponentVersionCommand({
      inlineRecipe: Buffer.from(JSON.stringify(recipeOf(version))),
      tags: { [DIGEST_TAG]: content },
    }),
  );
  await deployable(greengrass, arn);
  return { version, arn };
}

async function upload(s3: S3Client, Bucket: string, Key: string, Body: Buffer): Promise<void> {
  try {
    await s3.send(new HeadObjectCommand({ Bucket, Key }));
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'application/zip' }));
  }
}

interface Registered {
  version: string;
  arn: string;
  /** Digest of what it was made from. */
  content: string | undefined;
}

async function latestVersion(greengrass: GreengrassV2Client): Promise<Registered | undefined> {
  let component: string | undefined;
  for await (const { components = [] } of paginateListComponents({ client: greengrass }, { scope: 'PRIVATE' }))
    component ??= components.find(({ componentName }) => componentName === COMPONENT)?.arn;
  if (component === undefined) return undefined;
  const versions: string[] = [];
  for await (const page of paginateListComponentVersions({ client: greengrass }, { arn: component }))
    versions.push(...(page.componentVersions ?? []).flatMap(({ componentVersion }) => componentVersion ?? []));
  const patch = (version: string) => Number(/^1\.0\.(\d+)$/.exec(version)?.[1] ?? -1);
  const latest = versions.filter((version) => patch(version) >= 0).toSorted((a, b) => patch(b) - patch(a))[0];
  if (latest === undefined) return undefined;
  const arn = `${component.replace(/:versions:.*$/, '')}:versions:${latest}`;
  const { tags, status } = await greengrass.send(new DescribeComponentCommand({ arn }));
  // One that failed is not to be deployed, whatever it was made from.
  const content = status?.componentState === 'FAILED' ? undefined : tags?.[DIGEST_TAG];
  return { version: latest, arn, content };
}

async function deployable(greengrass: GreengrassV2Client, arn: string): Promise<void> {
  for (let poll = 0; poll < MOST_POLLS; poll++) {
    const { status } = await greengrass.send(new DescribeComponentCommand({ arn }));
    if (status?.componentState === 'DEPLOYABLE') return;
    if (status?.componentState === 'FAILED')
      throw new Error(`${arn} can't be deployed: ${status.message} ${JSON.stringify(status.errors)}`);
    await sleep(POLL_MS);
  }
  throw new Error(`${arn} did not become deployable in ${(POLL_MS * MOST_POLLS) / 1000} s; run this again`);
}
