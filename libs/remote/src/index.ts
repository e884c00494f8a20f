/**
 * SSH to nodes: connections with pinned host keys, the launcher that survives a lost link, streams of output; and
 * embedded nodes for the demo and for tests. Promises never to trust a host key silently, never to put a secret or a
 * command into a process's arguments, and never to treat what a node returns as anything but bytes.
 */
export { makeKeyPair } from './connection/make-key-pair';
export { SshNodeInspector } from './inspect/ssh-node-inspector';
export { SshNodeShell } from './inspect/ssh-node-shell';
export { SshNodePort, type SshNodePortOptions } from './ssh-node-port';
export { EmbeddedNode, type EmbeddedNodeAddress, type EmbeddedNodeOptions } from './embedded/embedded-node';
export { runEmbeddedNodes } from './embedded/run-embedded-nodes';
export { endFolderProcesses, folderProcesses } from './embedded/folder-processes';
