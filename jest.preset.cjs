const { join } = require('node:path');

/**
 * What every Jest project shares. Sources are resolved through the `@muster/source` export condition,
 * so no build is needed before tests; SWC does not check types, `npm run typecheck` does.
 */
// PGlite and OpenTelemetry are there as CommonJS too, but import dynamically, which Jest lets pass only when transformed.
const esmOnly = [
  '@electric-sql',
  '@opentelemetry',
  '@nestjs',
  'file-type',
  'jose',
  'load-esm',
  'oauth4webapi',
  'openid-client',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer',
  '@borewit',
];

module.exports = {
  testEnvironment: 'node',
  runtime: join(__dirname, 'tools/jest-runtime.cjs'),
  transform: {
    '^.+\\.c?[tj]s$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'commonjs' },
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
      },
    ],
  },
  moduleNameMapper: {
    '^fast-check$': join(__dirname, 'tools/property-tests.cjs'),
    '^fast-check/unchanged$': require.resolve('fast-check'),
  },
  // Nest 12 and what it needs are ES modules only; Jest on Node 20 cannot require those untransformed.
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  testEnvironmentOptions: { customExportConditions: ['@muster/source', 'node', 'node-addons', 'require', 'default'] },
};
