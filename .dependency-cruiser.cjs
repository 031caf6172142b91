// Who may import whom: the design's rules; test/boundaries.test.ts plants violations. Cycles are biome's to find
// (noImportCycles): the swc parser that reads TypeScript 7's files here can't tell an import of types from one of values.
const inside = (folder) => `^${folder}/`;

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule(
      'services-are-independent',
      'Services talk through events only; never import another service.',
      { path: '^services/([^/]+)/' },
      { path: '^services/', pathNot: '^services/$1/' },
    ),
    rule(
      'services-use-shared-packages',
      'A service may use at-once, events, lambda-kit, vision, inspector-core and the bundler; training also data sets and what makes models.',
      { path: '^services/', pathNot: '\\.test\\.ts$' },
      {
        path: '^(packages|edge)/',
        pathNot:
          '^packages/(at-once|events|lambda-kit|vision|inspector-core|serverless-bundle|dataset|detector|quantization)/',
      },
    ),
    rule(
      'only-training-trains',
      'Data sets, the trainer and the quantizer belong to the training jobs.',
      { path: '^(services|edge)/', pathNot: '^services/training/(jobs|.*\\.test\\.ts$)' },
      { path: '^packages/(dataset|detector|quantization)/' },
    ),
    rule(
      'functions-are-independent',
      'A function uses its own domain and adapters, not another function.',
      { path: '^services/[^/]+/functions/([^/]+)/' },
      { path: '^services/[^/]+/functions/', pathNot: '^services/[^/]+/functions/$1/' },
    ),
    rule(
      'domain-is-pure',
      'No AWS SDK is reachable from a domain.',
      { path: '^services/[^/]+/domain/', pathNot: '\\.test\\.ts$' },
      { path: 'node_modules/@aws-sdk/', reachable: true },
    ),
    rule(
      'foundations-stand-alone',
      'at-once, events, vision, quantization, local-aws, local-greengrass and synthetic-tags know nothing of ours.',
      { path: '^packages/(at-once|events|vision|quantization|local-aws|local-greengrass|synthetic-tags)/' },
      { path: '^(packages|services|edge)/', pathNot: '^packages/$1/' },
    ),
    rule(
      'events-door-is-light',
      'The catalogue must not drag the SDK in: the publisher is a door of its own.',
      { path: '^packages/events/src/index\\.ts$' },
      { path: 'node_modules/@aws-sdk/', reachable: true },
    ),
    rule(
      'aws-services-meet-in-the-kernel',
      'A folder of local-aws imports the kernel only; it calls other services through it.',
      { path: '^packages/local-aws/src/([^/]+)/', pathNot: '^packages/local-aws/src/kernel/|\\.test\\.ts$' },
      { path: '^packages/local-aws/src/', pathNot: '^packages/local-aws/src/(kernel|$1)/' },
    ),
    rule(
      'kernel-knows-no-service',
      'The kernel is below all services.',
      { path: '^packages/local-aws/src/kernel/' },
      { path: '^packages/local-aws/src/', pathNot: '^packages/local-aws/src/kernel/' },
    ),
    rule(
      'edge-stays-small',
      'The edge uses events, inspector-core and vision.',
      { path: inside('edge'), pathNot: '\\.test\\.ts$' },
      { path: '^(packages|services)/', pathNot: '^packages/(events|inspector-core|vision)/' },
    ),
    rule(
      'no-undeclared-packages',
      'Import what the package.json beside you names.',
      { pathNot: '\\.test\\.ts$|^test/|^tools/' },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    // aws-lambda exists as types only (@types/aws-lambda).
    rule(
      'nothing-unresolvable',
      'An import that resolves to nothing.',
      {},
      { couldNotResolve: true, pathNot: '^aws-lambda$' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules/(?!@assay/)' },
    exclude: { path: '(^|/)(\\.serverless|\\.build|dist)/' },
    tsPreCompilationDeps: false,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
