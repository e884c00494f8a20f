/**
 * Which way imports point: apps -> adapters -> core -> base, and nobody past a library's index.
 * Layers and scopes are by folder; see docs/architecture.md.
 */
const base = ['model', 'graph', 'problems'];
const core = ['catalog', 'planning', 'scheduling', 'execution', 'simulation', 'protocol', 'conditions'];
const adapters = ['messaging', 'remote', 'storage', 'telemetry', 'client', 'secrets'];

/** Libraries that only one side may use; planner and executor meet in protocol only. */
const plannerLibraries = ['planning', 'catalog'];
const executorLibraries = ['execution', 'scheduling', 'remote'];

const libs = (names) => `^libs/(${names.join('|')})/`;
const notTests = '\\.(spec|testing)\\.ts$';

module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment:
        'Modules that need each other cannot be understood, tested or replaced alone: move what both need to a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'The import leads nowhere: misspelt, or the package is not declared.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-deep-import',
      comment: 'A library is used through its index only (`@muster/x`), so that its inside may change.',
      severity: 'error',
      from: { path: '^(libs|apps)/([^/]+)/' },
      to: {
        path: '^(libs|apps)/[^/]+/src/',
        pathNot: ['^$1/$2/', '^(libs|apps)/[^/]+/src/(index|schema/index)\\.ts$'],
      },
    },
    {
      name: 'base-knows-nobody',
      comment: 'Base is vocabulary: it imports base only.',
      severity: 'error',
      from: { path: libs(base), pathNot: notTests },
      to: { path: '^(libs|apps|test)/', pathNot: libs(base) },
    },
    {
      name: 'core-knows-no-adapter',
      comment: 'Core declares the ports it needs and knows neither NestJS, RabbitMQ, SSH nor PostgreSQL.',
      severity: 'error',
      from: { path: libs(core), pathNot: notTests },
      to: { path: '^(libs|apps|test)/', pathNot: libs([...base, ...core]) },
    },
    {
      name: 'core-is-plain',
      comment: 'Core and base run anywhere and replay exactly: no Node modules, no frameworks.',
      severity: 'error',
      from: { path: libs([...base, ...core]), pathNot: notTests },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg'],
        pathNot: ['node_modules/(zod|yaml|ajv|ajv-formats|semver|re2js)/', '^libs/'],
      },
    },
    {
      name: 'adapters-know-no-app',
      comment: 'Adapters serve apps and must not know them, nor the testkit.',
      severity: 'error',
      from: { path: libs(adapters), pathNot: notTests },
      to: { path: '^(apps|test)/|^libs/testkit/' },
    },
    {
      name: 'testkit-in-tests-only',
      comment: 'The testkit starts servers and installs packages: tests and tools only.',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: [notTests, '^libs/testkit/'] },
      to: { path: '^libs/testkit/' },
    },
    {
      name: 'planner-and-executor-apart',
      comment: 'They meet in protocol only; either may be a version older than the other.',
      severity: 'error',
      from: { path: '^apps/planner/', pathNot: notTests },
      to: { path: [libs(executorLibraries), '^apps/executor/'] },
    },
    {
      name: 'executor-and-planner-apart',
      comment: 'They meet in protocol only; either may be a version older than the other.',
      severity: 'error',
      from: { path: '^apps/executor/', pathNot: notTests },
      to: { path: [libs(plannerLibraries), '^apps/planner/'] },
    },
    {
      name: 'scopes-of-libraries',
      comment:
        "A planner's library does not build on an executor's. (The simulation joins the scheduler with a plan on purpose.)",
      severity: 'error',
      from: { path: libs(plannerLibraries), pathNot: notTests },
      to: { path: libs(executorLibraries) },
    },
    {
      name: 'scopes-of-executor-libraries',
      comment: "An executor's library does not build on a planner's.",
      severity: 'error',
      from: { path: libs(executorLibraries), pathNot: notTests },
      to: { path: libs(plannerLibraries) },
    },
    {
      name: 'clients-use-the-client',
      comment:
        'CLI and console reach the servers through the client only; the composition `@muster/server` is started, not used. Secrets are sealed by the command line itself when it plans without a server.',
      severity: 'error',
      from: { path: '^apps/(cli|console)/', pathNot: notTests },
      to: { path: ['^apps/(planner|executor)/', '^libs/(messaging|storage|execution)/'] },
    },
    {
      name: 'client-knows-no-server',
      comment: "The client is for other people's programs too: it knows the API's shapes and nothing behind them.",
      severity: 'error',
      from: { path: '^libs/client/', pathNot: notTests },
      to: { path: '^(libs|apps)/', pathNot: [...[libs(base)], '^libs/client/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules/\\.)|^apps/cli/packed' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    // Without our condition first it would miss every import by package name.
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@muster/source', 'types', 'require', 'node', 'default', 'import'],
      extensions: ['.ts', '.js', '.json'],
    },
    moduleSystems: ['cjs', 'es6'],
  },
};
