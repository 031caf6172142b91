import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AddThingToThingGroupCommand,
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateKeysAndCertificateCommand,
  CreateThingCommand,
  DescribeEndpointCommand,
  type IoTClient,
} from '@aws-sdk/client-iot';
import { hostAndPort } from '../cloud/endpoint.ts';
import {
  type CoreDeviceConfig,
  configPath,
  readCoreDeviceConfig,
  writeCoreDeviceConfig,
} from '../configuration-file.ts';
import { writeFileAtomically } from '../files.ts';

export interface ProvisionOptions {
  iot: IoTClient;
  region: string;
  thingName: string;
  /** Exists already (the stack makes it). */
  thingGroup: string;
  /** The device's folder (absolute). */
  root: string;
  /** Exists already; its role is what the device's components act with. */
  roleAlias: string;
  /** IoT policy for the device's certificate; exists already. */
  policyName: string;
  /** PEM of the authority that signed the cloud's certificates, or where to get it, e.g. Amazon's root CA 1. */
  rootCa: string | URL;
  /** `AWS_ENDPOINT_URL` for the device and its components, when the cloud isn't AWS. */
  endpointUrl?: string;
  /** `host[:port]`. When absent: the credentials endpoint where that has a port, else AWS's own for the region. */
  greengrassDataPlaneEndpoint?: string;
}

/**
 * Makes a core device known to the cloud and writes its certificate, key and configuration below `root`, as the
 * Greengrass installer does. Done again, it keeps the thing and its certificate, and takes on what else has changed.
 */
export async function provisionCoreDevice(options: ProvisionOptions): Promise<CoreDeviceConfig> {
  const { iot, root, thingName } = options;
  await mkdir(root, { recursive: true, mode: 0o700 });
  const paths = {
    certificatePath: join(root, 'config', 'device.pem.crt'),
    privateKeyPath: join(root, 'config', 'private.pem.key'),
    rootCaPath: join(root, 'config', 'root-ca.pem'),
  };
  await iot.send(new CreateThingCommand({ thingName }));
  if (!(await isProvisioned(options, paths.certificatePath))) await certify(options, paths);
  await iot.send(new AddThingToThingGroupCommand({ thingGroupName: options.thingGroup, thingName }));
  await writeFileAtomically(paths.rootCaPath, await rootCaOf(options.rootCa));

  const iotDataEndpoint = await endpointOf(iot, 'iot:Data-ATS');
  const iotCredEndpoint = await endpointOf(iot, 'iot:CredentialProvider');
  const hasPort = hostAndPort(iotCredEndpoint, 0).port !== 0;
  const config: CoreDeviceConfig = {
    thingName,
    region: options.region,
    root,
    roleAlias: options.roleAlias,
    iotDataEndpoint,
    iotCredEndpoint,
    greengrassDataPlaneEndpoint:
      options.greengrassDataPlaneEndpoint ??
      (hasPort ? iotCredEndpoint : `greengrass-ats.iot.${options.region}.amazonaws.com:8443`),
    ...paths,
    ...(options.endpointUrl !== undefined && { endpointUrl: options.endpointUrl }),
  };
  await writeCoreDeviceConfig(config);
  return config;
}

/** A certificate is asked for once: the configuration is written last, so its presence says that all before was done. */
async function isProvisioned({ root, thingName }: ProvisionOptions, certificatePath: string): Promise<boolean> {
  if (!existsSync(configPath(root)) || !existsSync(certificatePath)) return false;
  const known = await readCoreDeviceConfig(configPath(root));
  if (known.thingName !== thingName)
    throw new Error(`${root} belongs to the core device ${known.thingName}: give ${thingName} a folder of its own`);
  return true;
}

async function certify(
  { iot, thingName, policyName }: ProvisionOptions,
  paths: { certificatePath: string; privateKeyPath: string },
): Promise<void> {
  const { certificateArn, certificatePem, keyPair } = await iot.send(
    new CreateKeysAndCertificateCommand({ setAsActive: true }),
  );
  if (!certificateArn || !certificatePem || !keyPair?.PrivateKey)
    throw new Error(`AWS IoT created no certificate for ${thingName}`);
  await writeFileAtomically(paths.privateKeyPath, keyPair.PrivateKey);
  await writeFileAtomically(paths.certificatePath, certificatePem);
  await iot.send(new AttachPolicyCommand({ policyName, target: certificateArn }));
  await iot.send(new AttachThingPrincipalCommand({ thingName, principal: certificateArn }));
}

async function endpointOf(iot: IoTClient, endpointType: string): Promise<string> {
  const { endpointAddress } = await iot.send(new DescribeEndpointCommand({ endpointType }));
  if (!endpointAddress) throw new Error(`AWS IoT has no endpoint of type ${endpointType}`);
  return endpointAddress;
}

async function rootCaOf(rootCa: string | URL): Promise<string> {
  if (typeof rootCa === 'string') return rootCa;
  if (rootCa.protocol === 'file:') return readFile(rootCa, 'utf8');
  const response = await fetch(rootCa);
  if (!response.ok) throw new Error(`the root CA could not be fetched from ${rootCa.href}: ${response.status}`);
  return response.text();
}
