import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Libraries that think and do not act: they must give the same answer to the same question, today and in a replay. */
const pureLibraries = [
  'model',
  'graph',
  'problems',
  'catalog',
  'planning',
  'scheduling',
  'execution',
  'simulation',
  'protocol',
  'conditions',
];

const clockAndLuck = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message:
      'Core libraries have no clock: take `now` (milliseconds since the epoch) as an argument, or read the `at` of an event, so that a replay decides as the first run did.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Core libraries have no clock: `new Date()` asks for the time. Take it as an argument.',
  },
  {
    selector: "CallExpression[callee.type='Identifier'][callee.name='Date']",
    message: 'Core libraries have no clock: `Date()` asks for the time. Take it as an argument.',
  },
  {
    selector:
      "MemberExpression[object.name='globalThis']:matches([property.name=/^(Date|Math|performance|crypto)$/], [property.value=/^(Date|Math|performance|crypto)$/])",
    message: 'Core libraries have neither clock nor luck, by this name neither.',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message:
      'Core libraries have no luck: draw from a seeded generator that the caller gives, so that a failing seed can be repeated.',
  },
];

// The embedded database has one session behind all connections (docs/decisions): these work there by accident only.
const sessionSql = ['Literal[value', 'TemplateElement[value.raw'].map((target) => ({
  selector: `${target}=/pg_(try_)?advisory|^\\s*(SET\\s+(LOCAL|SESSION|TIME|TRANSACTION|search_path|[a-z_]+_timeout)|(UN)?LISTEN |NOTIFY )/]`,
  message:
    'SET, LISTEN and advisory locks belong to a session, and the embedded database shares one: lock a row, or poll a table.',
}));

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      'apps/cli/packed*/**',
      '**/node_modules/**',
      '.nx/**',
      '.muster/**',
      'apps/console/**',
      'examples/**',
      'coverage/**',
    ],
  },
  // A rule that does not fit is changed here, with a reason, not switched off where it hurts.
  { linterOptions: { noInlineConfig: true } },
  js.configs.recommended,
  {
    files: ['**/*.{cjs,mjs,js}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        setImmediate: 'readonly',
        performance: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
      },
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: {
        require: 'readonly',
        module: 'writable',
        exports: 'writable',
        __dirname: 'readonly',
        __filename: 'readonly',
      },
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.spec.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': true, 'ts-ignore': true, 'ts-nocheck': true, 'ts-check': false },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Escapes are taken out of what nodes and people send, so they have to be named.
      'no-control-regex': 'off',
      // Json is text, number or flag where it is printed; its type cannot say so.
      '@typescript-eslint/no-base-to-string': 'off',
      // Ports are asynchronous whether or not an adapter has to wait.
      '@typescript-eslint/require-await': 'off',
      'no-restricted-syntax': ['error', ...sessionSql],
      'no-eval': 'error',
      'no-new-func': 'error',
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: pureLibraries.map((name) => `libs/${name}/src/**/*.ts`),
    ignores: ['**/*.spec.ts', '**/*.testing.ts'],
    rules: { 'no-restricted-syntax': ['error', ...clockAndLuck, ...sessionSql] },
  },
  {
    files: ['**/*.spec.ts', '**/*.testing.ts', 'test/**/*.ts', 'libs/testkit/**/*.ts'],
    rules: {
      // What comes back over HTTP, SQL and JSON is compared whole in tests.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'no-console': 'off',
      'no-loss-of-precision': 'off',
    },
  },
);
