'use strict';
// Plain JavaScript, like what it is beside: it is there before anything is built.
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join } = require('node:path');
const { constants, Script } = require('node:vm');

/** False if nothing was packed in `folder`, or for other packages than `lockFile` names. */
function isPackedFor(folder, lockFile) {
  const made = orUndefined(() => JSON.parse(readFileSync(join(folder, 'made.json'), 'utf8')));
  const lock = orUndefined(() => createHash('sha256').update(readFileSync(lockFile)).digest('hex'));
  return made !== undefined && made.lock === lock;
}

/**
 * What is packed in `folder`, compiled. A cache that another Node has made is left alone, by V8 itself. `place`, where it will
 * lie, is what a cache of this says in stacks.
 */
function compilePacked(folder, place = folder) {
  const filename = join(place, 'packages.cjs');
  // The packer writes ASCII alone, which is read faster so.
  const source = Module.wrap(readFileSync(join(folder, 'packages.cjs'), 'latin1'));
  const script = new Script(source, {
    filename,
    cachedData: orUndefined(() => readFileSync(join(folder, 'packages.cache'))),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return { filename, script };
}

/** Gives a function by the name of each package, which gives what `require` of it would give. `body` is the script's value. */
function runPacked(body, filename, require) {
  const module = { exports: {} };
  body(module.exports, require, module, filename, dirname(filename));
  return module.exports;
}

/**
 * From now on our own files, and what is packed, get packages from `folder` instead of from thousands of files. Other packages
 * get what they got before, since they may want other versions. Does nothing, and says `false`, where nothing is packed for
 * these packages: then starting takes longer, that is all.
 */
function usePackedPackages(folder, lockFile) {
  if (!isPackedFor(folder, lockFile)) return false;
  const { filename, script } = compilePacked(folder);
  const packed = runPacked(script.runInThisContext(), filename, Module.createRequire(filename));
  const load = Module._load;
  Module._load = function (request, parent, ...rest) {
    const get = packedFor(packed, request, parent?.filename, filename);
    return get === undefined ? load.call(this, request, parent, ...rest) : get();
  };
  return true;
}

/** What gives package `name` to the file `from`, or undefined if that is to look for it itself. */
function packedFor(packed, name, from, filename) {
  const isOwn = typeof from === 'string' && (from === filename || !/[\\/]node_modules[\\/]/.test(from));
  return isOwn && Object.hasOwn(packed, name) ? packed[name] : undefined;
}

function orUndefined(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}

module.exports = { compilePacked, isPackedFor, packedFor, runPacked, usePackedPackages };
