'use strict';
// Plain JavaScript, like what it is beside: it is there before anything is built.
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { constants, Script } = require('node:vm');

/**
 * The packed packages in `folder`: `exports` has a function by the name of each, which gives what `require` of it would give;
 * `script` is what they were compiled to. A cache that another Node has made is left alone, by V8 itself.
 */
function loadPacked(folder) {
  const filename = join(folder, 'packages.cjs');
  // The packer writes ASCII alone, which is read faster so.
  const source = Module.wrap(readFileSync(filename, 'latin1'));
  const script = new Script(source, {
    filename,
    cachedData: orUndefined(() => readFileSync(join(folder, 'packages.cache'))),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, Module.createRequire(filename), module, filename, folder);
  return { exports: module.exports, script, filename };
}

/**
 * From now on our own files, and what is packed, get packages from `folder` instead of from thousands of files. Other packages
 * get what they got before, since they may want other versions. Does nothing, and says `false`, if nothing was packed, or for
 * other packages than `lockFile` names: then starting takes longer, that is all.
 */
function usePackedPackages(folder, lockFile) {
  const made = orUndefined(() => JSON.parse(readFileSync(join(folder, 'made.json'), 'utf8')));
  const lock = orUndefined(() => createHash('sha256').update(readFileSync(lockFile)).digest('hex'));
  if (made === undefined || made.lock !== lock) return false;
  const { exports, filename } = loadPacked(folder);
  const load = Module._load;
  Module._load = function (request, parent, ...rest) {
    const get = Object.hasOwn(exports, request) && isOwn(parent, filename) ? exports[request] : undefined;
    return get === undefined ? load.call(this, request, parent, ...rest) : get();
  };
  return true;
}

const isOwn = (parent, packed) =>
  typeof parent?.filename === 'string' &&
  (parent.filename === packed || !/[\\/]node_modules[\\/]/.test(parent.filename));

function orUndefined(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}

module.exports = { loadPacked, usePackedPackages };
