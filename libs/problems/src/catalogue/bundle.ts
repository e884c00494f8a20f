import type { CatalogueEntry } from './entry';

export const bundleProblems = {
  YAML_INVALID: { severity: 'error', meaning: 'A file is no valid YAML 1.2.', remedy: 'Correct the line shown.' },
  YAML_TOO_LARGE: {
    severity: 'error',
    meaning: 'A document is larger or deeper than the limits, aliases counted as what they stand for.',
    remedy: 'Split it into several files, or nest less.',
  },
  YAML_NOT_JSON: {
    severity: 'error',
    meaning: 'A document holds a value that JSON cannot say, or a key that is no scalar.',
    remedy: 'Write the value as a string.',
  },
  BUNDLE_CYCLE: {
    severity: 'error',
    meaning: 'Task definitions come before themselves in every cluster that has them.',
    remedy: 'Remove or turn round one of the relations on the path shown.',
  },
  BUNDLE_POSSIBLE_CYCLE: {
    severity: 'warning',
    meaning: 'Task definitions come before themselves on nodes that carry all of them.',
    remedy: 'Remove a relation of the path shown, or let `conflicts` keep the roles apart.',
  },
  BUNDLE_DUPLICATE_KEY: {
    severity: 'warning',
    meaning: 'A mapping repeats a key; the last one wins.',
    remedy: 'Remove one of the two.',
  },
  BUNDLE_EXISTS: {
    severity: 'error',
    meaning: 'A release or plugin of that name and version is published with other content.',
    remedy: 'Published content is immutable: raise the version.',
  },
  BUNDLE_UNKNOWN_BASE: {
    severity: 'error',
    meaning: 'A release extends or includes another one, and no version of that is in the range.',
    remedy: 'Publish it first, or correct name and range; offline, give its folder with --bundle.',
  },
  BUNDLE_BASE_CYCLE: {
    severity: 'error',
    meaning: 'Releases extend or include each other in a circle, or too deeply.',
    remedy: 'Take one of the steps shown out.',
  },
  BUNDLE_CLASH: {
    severity: 'error',
    meaning: 'Two releases that become one have different things under one name.',
    remedy: 'Rename one of the two; single fields of a task are changed by a patch.',
  },
  BUNDLE_REPLACES_BASE: {
    severity: 'info',
    meaning: 'A release replaces what the one that it extends has under the same name.',
    remedy: 'Nothing, if that is meant; single fields of a task are changed by a patch.',
  },
  BUNDLE_IN_USE: {
    severity: 'error',
    meaning: 'A release or plugin that clusters use cannot be deleted.',
    remedy: 'Move the clusters named to another version first, or retire it: then it is not offered for new ones.',
  },
  BUNDLE_FITS_NO_RELEASE: {
    severity: 'warning',
    meaning: 'No published release is within the ranges of the plugin.',
    remedy: 'Widen `releases` in plugin.yaml, or publish a release that it fits.',
  },
  PUBLICATION_INVALID: {
    severity: 'error',
    meaning: 'The parts of a bundle that publishes itself by message do not make one archive.',
    remedy: 'Send all parts of one archive with the same digest, size and number of parts; begin anew with another id.',
  },
  PUBLICATION_TOO_MANY: {
    severity: 'error',
    meaning: 'Somebody begins more publications by message than are taken.',
    remedy: 'Finish those that are open, or wait; several files belong into one archive.',
  },
  BUNDLE_PATH_INVALID: {
    severity: 'error',
    meaning: 'A path of the bundle is absolute, leads out of it, is a link, or is there twice.',
    remedy: 'Keep plain files and folders below the bundle only.',
  },
  BUNDLE_TOO_LARGE: {
    severity: 'error',
    meaning: 'The bundle has more files or more YAML than the limits.',
    remedy: 'Put many small files into an archive below files/, or split the bundle.',
  },
  BUNDLE_FILE_IGNORED: {
    severity: 'warning',
    meaning: 'A file looks like task definitions but stands where none are read.',
    remedy: 'Move it to tasks/ or graphs/<type>/ and end its name in .yaml.',
  },
  BUNDLE_MANIFEST_MISSING: {
    severity: 'error',
    meaning: 'The bundle has neither a release.yaml nor a plugin.yaml.',
    remedy: 'Add a release.yaml with name and version.',
  },
  BUNDLE_MANIFEST_TWICE: {
    severity: 'error',
    meaning: 'The bundle has both a release.yaml and a plugin.yaml.',
    remedy: 'Keep the one that it is.',
  },
  BUNDLE_MISSING_KEY: { severity: 'error', meaning: 'A required key is absent.', remedy: 'Add the key named.' },
  BUNDLE_INVALID_VALUE: {
    severity: 'error',
    meaning: 'A value has the wrong type or is out of range.',
    remedy: 'Write what the summary asks for.',
  },
  BUNDLE_UNKNOWN_KEY: {
    severity: 'warning',
    meaning: 'A key is not known and has no effect.',
    remedy: 'Correct its spelling, or remove it.',
  },
  BUNDLE_MISSING_PARAMETER: {
    severity: 'warning',
    meaning: 'A task definition lacks a parameter that its type needs to run.',
    remedy: 'Add the parameter named.',
  },
  BUNDLE_DUPLICATE_TASK: {
    severity: 'error',
    meaning: 'Two task definitions of a graph have the same id.',
    remedy: 'Rename or remove one of the two.',
  },
  BUNDLE_UNKNOWN_FORMAT: {
    severity: 'error',
    meaning: 'A task definition says a version of the format that there is not.',
    remedy: 'Write the version that the definition was written for: 1.0.0, 2.0.0, 2.1.0 or 2.2.0; or leave it out.',
  },
  BUNDLE_CONFLICTING_VALUES: {
    severity: 'error',
    meaning: 'Two spellings of one setting have different values.',
    remedy: 'Keep one of the two.',
  },
  BUNDLE_SCHEMA_INVALID: {
    severity: 'error',
    meaning: 'The settings are no JSON Schema that can be checked.',
    remedy: 'Correct the keyword named.',
  },
  BUNDLE_FILE_MISSING: {
    severity: 'error',
    meaning: 'A task definition names a file that the bundle does not have.',
    remedy: 'Add the file below files/, or correct the path.',
  },
  BUNDLE_UNKNOWN_GRAPH: {
    severity: 'error',
    meaning: 'A sequence names a graph type that the bundle does not have.',
    remedy: 'Add graphs/<type>/, or correct the name.',
  },
} as const satisfies Record<string, CatalogueEntry>;
