const { Script } = require('node:vm');
const { join } = require('node:path');
const { default: Runtime } = require('jest-runtime');
const { compilePacked, isPackedFor, packedFor, runPacked } = require('../apps/cli/bin/packed-packages.cjs');

/**
 * What each file has become, kept for as long as the worker lives: Jest gives every suite modules of its own, and for that
 * reads, hashes and compiles two thousand files again for each suite that starts a planner. That they are evaluated anew is
 * what keeps suites apart, so that stays; that they are read and compiled anew only costs time. A file is known by its text,
 * so one that changes is taken up, except within packages, which do not change while tests run.
 */
const transforms = new Map();
const scripts = new Map();

// A worker whose Jest was ended by a signal would go on with its suite, and keep what that has started. Whoever listens for that
// keeps the worker alive as well, so it is given up with the message that tells the worker to end.
if (process.send) {
  const leave = () => process.exit(1);
  process.once('disconnect', leave);
  process.on('removeListener', (name) => name === 'message' && process.off('disconnect', leave));
}

const root = join(__dirname, '..');
const packedFolder = join(root, 'apps/cli/packed');
/** Undefined until a suite asks for a package; null where nothing is packed for the packages that are installed. */
let packedScript;

/** Fails when Jest has changed what is built upon here: then every suite would fail on something less clear. */
function method(object, name) {
  if (typeof object?.[name] !== 'function')
    throw new Error(`jest-runtime: this version of Jest has no ${name}() to build upon`);
  return object[name].bind(object);
}

module.exports = class extends Runtime {
  constructor(...parameters) {
    super(...parameters);
    this.#keepTransforms(this.transformCache);
    this.#keepScripts(this.executor, method(this._environment, 'getVmContext'), this._testPath);
  }

  /** Our own files get packages as services get them: in one file that is compiled already, evaluated anew for each suite. */
  requireModuleOrMock(from, name) {
    const get = packedFor(this.#packedPackages(), name, from, packedScript?.filename);
    return get === undefined ? super.requireModuleOrMock(from, name) : get();
  }

  // Not private: Jest's constructor calls this, before there are private fields.
  resetModules() {
    this._packed = undefined;
    super.resetModules();
  }

  #packedPackages() {
    if (this._packed !== undefined) return this._packed;
    const context = method(this._environment, 'getVmContext')();
    if (context === null) return {};
    packedScript ??= isPackedFor(packedFolder, join(root, 'package-lock.json')) ? compilePacked(packedFolder) : null;
    // While it is evaluated it asks for what is not packed.
    this._packed = {};
    if (packedScript !== null) {
      const { filename, script } = packedScript;
      const require = (name) => this.requireModuleOrMock(filename, name);
      this._packed = runPacked(script.runInContext(context), filename, require);
    }
    return this._packed;
  }

  #keepTransforms(cache) {
    const transform = method(cache, 'transform');
    const readFile = method(cache.fileCache, 'readFile');
    cache.transform = (filename, options) => {
      if (options?.isInternalModule) return transform(filename, options);
      const known = transforms.get(filename);
      if (known && (known.source === null || known.source === readFile(filename))) {
        cache.transforms.set(filename, known.result);
        if (known.result.sourceMapPath) cache.sourceMaps.set(filename, known.result.sourceMapPath);
        return known.result.code;
      }
      const code = transform(filename, options);
      const source = filename.includes('/node_modules/') ? null : readFile(filename);
      transforms.set(filename, { source, result: cache.transforms.get(filename) });
      return code;
    };
  }

  #keepScripts(executor, getVmContext, testPath) {
    const compile = method(executor, 'compile');
    const head = `(function(${executor.injectedModuleParameters.join(',')}){`;
    executor.compile = (code, filename) => {
      const context = getVmContext();
      if (context === null || filename === testPath) return compile(code, filename);
      let known = scripts.get(filename);
      if (known?.code !== code) {
        try {
          known = { code, script: new Script(`${head}${code}\n})`, { filename, columnOffset: -head.length }) };
        } catch {
          return compile(code, filename); // which says what is wrong with it
        }
        scripts.set(filename, known);
      }
      return known.script.runInContext(context);
    };
  }
};
