/**
 * Rules for releases, plugins and clusters: what their files may say, what fits together, what a revision covers.
 * Promises to report every mistake as a problem with its place instead of throwing, to evaluate nothing that comes from
 * outside (schemas are interpreted, patterns match in linear time), and to know neither files nor a clock.
 */
export { BUNDLE_LIMITS, isBundleText, pathFault, type BundleEntry } from './bundle/bundle-entry';
export { filesAt, namedFiles } from './bundle/bundle-files';
export { checkWholeBundle, parseBundle, type ParseBundleOptions, type ParsedBundle } from './bundle/parse-bundle';
export { plainRole } from './bundle/roles';
export { blankCluster, renamedCluster } from './cluster/blank-cluster';
export { checkCluster, type PlaceOf } from './cluster/check-cluster';
export { clusterDocument, limitsDocument, nodeDocument } from './cluster/cluster-document';
export { type ClusterChange, diffClusters } from './cluster/diff-clusters';
export { checkOptions, enabledOptions, knownOptions, type KnownOption, missingOptions } from './cluster/options';
export { commonSettings, settingsLayers, type SettingsLayer } from './cluster/settings-layers';
export { type EffectiveValue, effectiveValues, type SettingOrigin } from './cluster/effective-values';
export { blankPaths, fillCluster } from './cluster/fill-cluster';
export { deepUnion, effectiveSettings, settingsSchema } from './cluster/effective-settings';
export {
  type ClusterRefs,
  parseClusterDocument,
  parseClusterFile,
  type ParsedCluster,
} from './cluster/parse-cluster-file';
export { compareVersions, fitsRelease, isInRange, type RangedRelease } from './cluster/fits-release';
export { revisionContent, revisionHash, sameRevision, withFingerprints } from './cluster/revision';
export { fillGenerated, generatedPaths, type RandomBytes } from './settings/generate';
export { keepSecrets, valueAt } from './settings/keep-secrets';
export { openedSetting, sealSettings } from './settings/seal-settings';
export { withDefaults } from './settings/settings-defaults';
export { YAML_LIMITS } from './yaml/yaml-limits';
