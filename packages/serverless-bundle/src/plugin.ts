import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { bundleFunction } from './bundle-function.ts';
import { platformFor } from './platform.ts';
import { dropUnusedRole, type Template } from './unused-role.ts';

interface FunctionDeclaration {
  handler?: string;
  image?: unknown;
  package?: { artifact?: string; individually?: boolean };
}

/** `custom.bundle`: per function, the packages to copy instead of bundling, modules to run beside it, files to add. */
interface BundleSettings {
  readonly native?: Readonly<Record<string, readonly string[]>>;
  readonly processes?: Readonly<Record<string, readonly string[]>>;
  readonly files?: Readonly<Record<string, readonly string[]>>;
}

/** What the plugin uses of the framework. */
export interface ServerlessFramework {
  readonly serviceDir: string;
  readonly service: {
    readonly provider: { readonly stage?: string; readonly compiledCloudFormationTemplate: Template };
    readonly custom?: { readonly bundle?: BundleSettings };
    package: { individually?: boolean };
    getAllFunctions(): string[];
    getFunction(name: string): FunctionDeclaration;
  };
  readonly configSchemaHandler: { defineCustomProperties(schema: object): void };
  getProvider(name: 'aws'): { readonly naming: { getRoleLogicalId(): string } };
}

interface PluginTools {
  readonly log?: { info(message: string): void };
}

const listPerFunction = {
  type: 'object',
  additionalProperties: { type: 'array', items: { type: 'string' } },
};

const customSchema = {
  type: 'object',
  properties: {
    bundle: {
      type: 'object',
      properties: { native: listPerFunction, processes: listPerFunction, files: listPerFunction },
      additionalProperties: false,
    },
  },
};

/**
 * Bundles every function of a service before the framework packages it, each into `.serverless/<function>.zip`: in
 * there, because the framework's own change detection compares what lies in that folder. Keeps the role that the
 * framework makes for all functions out of the template where each of them has its own.
 */
export default class ServerlessBundle {
  readonly hooks: Record<string, () => Promise<void>>;
  readonly #serverless: ServerlessFramework;
  readonly #tools: PluginTools;

  constructor(serverless: ServerlessFramework, _options: unknown, tools: PluginTools = {}) {
    this.#serverless = serverless;
    this.#tools = tools;
    serverless.configSchemaHandler.defineCustomProperties(customSchema);
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => this.bundle(),
      'before:deploy:function:packageFunction': () => this.bundle(),
      // The roles of single functions and the service's own resources are in the template by then, and it isn't saved yet.
      'after:aws:package:finalize:mergeCustomProviderResources': async () => this.dropUnusedRole(),
    };
  }

  async bundle(): Promise<void> {
    const { service, serviceDir } = this.#serverless;
    const settings = service.custom?.bundle ?? {};
    const platform = platformFor(service.provider.stage ?? '', process.env);
    this.#refuseUnknownFunctions(settings);
    await mkdir(path.join(serviceDir, '.serverless'), { recursive: true });
    for (const name of service.getAllFunctions()) {
      const declaration = service.getFunction(name);
      if (declaration.handler === undefined || declaration.image !== undefined) continue;
      const artifact = path.join('.serverless', `${name}.zip`);
      const bundle = {
        name,
        handler: declaration.handler,
        native: settings.native?.[name] ?? [],
        processes: settings.processes?.[name] ?? [],
        files: settings.files?.[name] ?? [],
      };
      await bundleFunction(serviceDir, bundle, platform, path.join(serviceDir, artifact));
      declaration.package = { ...declaration.package, artifact, individually: true };
      const { size } = await stat(path.join(serviceDir, artifact));
      this.#tools.log?.info(`Bundled ${name}: ${Math.ceil(size / 1024)} KB`);
    }
    service.package = { ...service.package, individually: true };
  }

  dropUnusedRole(): void {
    const { compiledCloudFormationTemplate } = this.#serverless.service.provider;
    dropUnusedRole(compiledCloudFormationTemplate, this.#serverless.getProvider('aws').naming.getRoleLogicalId());
  }

  #refuseUnknownFunctions(settings: BundleSettings): void {
    const known = new Set(this.#serverless.service.getAllFunctions());
    const { native = {}, processes = {}, files = {} } = settings;
    for (const name of [native, processes, files].flatMap((lists) => Object.keys(lists))) {
      if (!known.has(name)) throw new Error(`custom.bundle names the function ${name}, which serverless.yml has not`);
    }
  }
}
