import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from './clock.ts';
import { type CloudConnection, connectToCloud } from './cloud/connection.ts';
import { componentResolver } from './cloud/data-plane.ts';
import { s3Download } from './cloud/download.ts';
import { fleetStatus, statusTopic, type Trigger } from './cloud/fleet-status.ts';
import { deviceClient } from './cloud/https.ts';
import { readIdentity } from './cloud/identity.ts';
import { tokenExchange } from './cloud/token-exchange.ts';
import { startTokenExchangeServer } from './cloud/token-exchange-server.ts';
import type { Component, LifecycleState } from './component/component.ts';
import { componentEnvironment, componentTokens, NUCLEUS_VERSION } from './component/environment.ts';
import { claimRoot, processLedger } from './component/process-ledger.ts';
import { Supervisor } from './component/supervisor.ts';
import type { CoreDeviceConfig } from './configuration-file.ts';
import { type DeploymentContext, deploy } from './deployment/deploy.ts';
import { jobListener } from './deployment/jobs.ts';
import { definitionsOf } from './deployment/plan.ts';
import { accessControlSchema } from './ipc/access-control.ts';
import { componentUpdatesIpc } from './ipc/component-updates.ts';
import { configurationIpc } from './ipc/configuration.ts';
import { localTopicOperations } from './ipc/local-topics.ts';
import { mqttProxyOperations } from './ipc/mqtt-proxy.ts';
import { socketPathOf, startIpcServer } from './ipc/server.ts';
import { stateOperations } from './ipc/state.ts';
import { hostPlatform, type Platform } from './recipe/platform.ts';
import { openState } from './state.ts';

export interface CoreDeviceOptions {
  clock?: Clock;
  platform?: Platform;
  /** What components' processes inherit; the core device's own environment when absent. */
  environment?: NodeJS.ProcessEnv;
  /** Where the device tells what it does, line by line. */
  report?(message: string, error?: unknown): void;
}

/** A running core device. */
export interface CoreDevice {
  components(): { name: string; version: string; state: LifecycleState; reason: string }[];
  /** Resolves when no deployment is being carried out. */
  idle(): Promise<void>;
  /** Stops the components, in an orderly way, and the device. */
  stop(): Promise<void>;
}

/** All is said again once a day, as a sign of life. */
const CADENCE = 24 * 3_600_000;

/** Starts the core device of this configuration: its components first, then the connection to the cloud. */
export async function startCoreDevice(config: CoreDeviceConfig, options: CoreDeviceOptions = {}): Promise<CoreDevice> {
  const { clock = systemClock, platform = hostPlatform(), environment = process.env } = options;
  const report = options.report ?? (() => {});
  await mkdir(config.root, { recursive: true });
  const letGo = claimRoot(config.root);
  const identity = await readIdentity(config);
  const state = openState(config.root);
  const { merging } = state.value;
  // The device died while it merged: what ran before runs again, and the cloud hands the deployment out once more.
  if (merging) await state.update({ current: merging.previous, merging: undefined });

  const credentialsClient = deviceClient(config.iotCredEndpoint, 443, identity);
  const dataPlaneClient = deviceClient(config.greengrassDataPlaneEndpoint, 8443, identity);
  const credentials = tokenExchange(credentialsClient, {
    roleAlias: config.roleAlias,
    thingName: config.thingName,
    clock,
  });
  const tokens = componentTokens();
  const exchange = await startTokenExchangeServer(credentials, (token) => tokens.ownerOf(token) !== undefined, report);
  const download = s3Download({ region: config.region, endpointUrl: config.endpointUrl, credentials });

  const ledger = processLedger(join(config.root, 'run'));
  ledger.reap();
  const socketPath = socketPathOf(config.root);
  let connection: CloudConnection | undefined;
  const supervisor: Supervisor = new Supervisor({
    device: { root: config.root, thingName: config.thingName },
    clock,
    ledger,
    environmentOf: (component) =>
      componentEnvironment(config, {
        socketPath,
        credentialsUrl: exchange.url,
        token: tokens.of(component),
        inherited: environment,
      }),
    changed,
  });

  const updates = componentUpdatesIpc(clock);
  const configuration = configurationIpc(() => supervisor);
  const publish: CloudConnection['publish'] = async (topic, payload, quality) => {
    if (!connection) throw new Error('the device is not connected yet');
    await connection.publish(topic, payload, quality);
  };
  const ipc = await startIpcServer(socketPath, {
    report,
    operations: {
      ...stateOperations(() => supervisor),
      ...mqttProxyOperations(publish),
      ...localTopicOperations(),
      ...configuration.operations,
      ...updates.operations,
    },
    callerOf(token) {
      const component = tokens.ownerOf(token);
      if (component === undefined) return undefined;
      return {
        component,
        accessControl: () =>
          accessControlSchema.parse(supervisor.definitions.get(component)?.configuration.accessControl ?? {}),
      };
    },
  });

  async function say(trigger: Trigger, only?: Component): Promise<void> {
    if (!connection?.connected) return;
    const status = await fleetStatus(
      {
        thingName: config.thingName,
        version: NUCLEUS_VERSION,
        platform,
        now: clock.now(),
        state,
        components: only ? [only] : supervisor.components.values(),
      },
      trigger,
      only ? 'PARTIAL' : 'COMPLETE',
    );
    await publish(statusTopic(config.thingName), JSON.stringify(status));
  }
  /** Status is said again at the next occasion when it couldn't be said. */
  const sayOrReport = (trigger: Trigger, only?: Component) =>
    say(trigger, only).catch((error: unknown) => report(`the fleet status (${trigger}) could not be sent`, error));

  function changed(component: Component): void {
    const { name, version } = component.definition;
    report(`${name} ${version} is ${component.state}${component.reason && `: ${component.reason}`}`);
    if (component.state === 'BROKEN') void sayOrReport('BROKEN_COMPONENT', component);
    if (component.state === 'ERRORED') void sayOrReport('ERRORED_COMPONENT', component);
  }

  const context: DeploymentContext = {
    root: config.root,
    platform,
    state,
    supervisor,
    resolve: componentResolver(dataPlaneClient, platform),
    download,
    report,
    followsConfiguration: configuration.isFollowedBy,
    configurationChanged: configuration.changed,
    async announce({ deploymentId, componentUpdatePolicy }, components) {
      if (componentUpdatePolicy.action === 'NOTIFY_COMPONENTS')
        await updates.ask(deploymentId, components, componentUpdatePolicy.timeout * 1000);
    },
    announceEnd: ({ deploymentId }) => updates.ended(deploymentId),
  };
  const jobs = jobListener({
    thingName: config.thingName,
    clock,
    state,
    report,
    connection: () => {
      if (!connection) throw new Error('the device is not connected yet');
      return connection;
    },
    async deploy(job, cancelled) {
      report(`deployment job ${job.jobId} begins`);
      const result = await deploy(job, context, cancelled);
      report(`deployment job ${job.jobId} ended: ${result.statusDetails['detailed-deployment-status']}`);
      await sayOrReport('THING_GROUP_DEPLOYMENT');
      return result;
    },
  });

  const installed = definitionsOf(state.value.current, config.root, platform);
  await supervisor.apply(installed, new Set(installed.keys()));
  let launched = false;
  connection = connectToCloud({
    endpoint: config.iotDataEndpoint,
    clientId: config.thingName,
    identity,
    clock,
    filters: jobs.filters,
    report,
    onConnect() {
      void sayOrReport(launched ? 'RECONNECT' : 'NUCLEUS_LAUNCH');
      launched = true;
      jobs.wake();
    },
    onMessage(topic, payload) {
      try {
        if (!jobs.receive(topic, payload)) report(`a message to ${topic} was not expected`);
      } catch (error) {
        report(`a message to ${topic} can't be understood`, error);
      }
    },
  });
  let cancelCadence = clock.after(CADENCE, function cadence() {
    void sayOrReport('CADENCE');
    cancelCadence = clock.after(CADENCE, cadence);
  });

  return {
    components: () =>
      [...supervisor.components.values()].map(({ definition, state: lifecycleState, reason }) => ({
        name: definition.name,
        version: definition.version,
        state: lifecycleState,
        reason,
      })),
    idle: jobs.idle,
    async stop() {
      cancelCadence();
      await connection?.close();
      await supervisor.stop();
      await ipc.close();
      await exchange.close();
      credentialsClient.close();
      dataPlaneClient.close();
      download.close();
      letGo();
    },
  };
}
