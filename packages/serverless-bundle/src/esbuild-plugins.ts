import path from 'node:path';
import type { Plugin } from 'esbuild';
import { findPackage, readManifest } from './package-roots.ts';

/**
 * npm keeps several copies of one version of a package when the hoisted one is another version; bundling them all
 * would double the AWS clients. Wherever the importing package's copy has the version of the service's own, the
 * service's own is taken.
 */
export function oneCopy(serviceDir: string): Plugin {
  return {
    name: 'one-copy',
    setup(build) {
      build.onResolve({ filter: /^(@[a-z0-9-]+\/)?[a-z0-9]/ }, (args) => {
        const name = /^(?:@[^/]+\/)?[^/]+/.exec(args.path)?.[0];
        if (name === undefined || args.pluginData === 'one-copy') return undefined;
        const own = findPackage(name, serviceDir);
        const theirs = findPackage(name, args.resolveDir);
        if (own === undefined || theirs === undefined || own === theirs) return undefined;
        if (readManifest(own).version !== readManifest(theirs).version) return undefined;
        return build.resolve(args.path, {
          kind: args.kind,
          resolveDir: serviceDir,
          importer: path.join(serviceDir, 'serverless.yml'),
          pluginData: 'one-copy',
        });
      });
    },
  };
}

/** zod's `z` holds its messages in fifty languages, more than half of its size; ours are in English. */
export const zodInEnglish: Plugin = {
  name: 'zod-in-english',
  setup(build) {
    build.onLoad({ filter: /zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    }));
  },
};
