import { greengrasscoreipc } from 'aws-iot-device-sdk-v2';

/** What the inspector wants of the Greengrass nucleus, by its official client. */
export interface Nucleus {
  /** Publishes to AWS IoT Core with quality 1; throws when the nucleus didn't take it. */
  publish(topic: string, payload: string): Promise<void>;
  /** The whole configuration of a component; this one's when no name is given. */
  configuration(component?: string): Promise<unknown>;
  onConfigurationChange(changed: () => void): Promise<void>;
  /** Says that the component is up. */
  running(): Promise<void>;
  /** `ready` resolves when the component can be stopped without leaving a frame half done. */
  beforeUpdates(ready: () => Promise<void>): Promise<void>;
  onDisconnect(gone: () => void): void;
  close(): Promise<void>;
}

/** Connects with what the nucleus left in the environment. */
export async function connectToNucleus(report: (message: string, error?: unknown) => void): Promise<Nucleus> {
  const client = greengrasscoreipc.createClient();
  await client.connect();
  const { QOS, ReportedLifecycleState } = greengrasscoreipc.model;
  let closing = false;
  return {
    async publish(topicName, payload) {
      await client.publishToIoTCore({ topicName, qos: QOS.AT_LEAST_ONCE, payload });
    },
    async configuration(componentName) {
      const { value } = await client.getConfiguration({
        ...(componentName !== undefined && { componentName }),
        keyPath: [],
      });
      return value;
    },
    async onConfigurationChange(changed) {
      const stream = client.subscribeToConfigurationUpdate({ keyPath: [] });
      stream.on('message', changed);
      await stream.activate();
    },
    async running() {
      await client.updateState({ state: ReportedLifecycleState.RUNNING });
    },
    async beforeUpdates(ready) {
      const stream = client.subscribeToComponentUpdates({});
      stream.on('message', ({ preUpdateEvent }) => {
        const deploymentId = preUpdateEvent?.deploymentId;
        if (deploymentId === undefined) return;
        ready()
          // 0: go ahead. Without an answer the nucleus would wait for its whole timeout.
          .then(() => client.deferComponentUpdate({ deploymentId, recheckAfterMs: 0 }))
          .catch((error: unknown) => report('the nucleus could not be told to go ahead with the update', error));
      });
      await stream.activate();
    },
    onDisconnect(gone) {
      client.on('disconnection', () => {
        if (!closing) gone();
      });
    },
    close() {
      closing = true;
      return client.close();
    },
  };
}
