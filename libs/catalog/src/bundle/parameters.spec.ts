import { definition, shown } from '../catalog.testing';

const read = (type: string, parameters: string): ReturnType<typeof definition> =>
  definition(`id: x\ntype: ${type}\nparameters: ${parameters}`);

describe('parameters by type', () => {
  it.each([
    ['shell', '{cmd: a, cwd: /x, env: {A: 1, B: {output: {task: t, field: f}}}, files: {yaql_exp: "$.files"}}'],
    ['upload_file', '{path: /x, data: text, permissions: "0640", dir_permissions: "0750"}'],
    ['upload_file', '{path: /x, data: {a: 1}}'],
    ['upload_files', '{files: [{path: /a, data: x, permissions: 0640}, {dst: /b, data: {a: 1}}]}'],
    ['upload_files', '{nodes: [{uid: 1, files: []}]}'],
    ['copy_files', '{files: [{src: /a, dst: /b}], permissions: "0600"}'],
    ['copy_files', '{files: {yaql_exp: "$.files"}}'],
    ['sync', '{src: "rsync://{MASTER_IP}:/puppet", dst: /etc/puppet}'],
    ['puppet', '{puppet_manifest: /a.pp, puppet_modules: /m, timeout: 120}'],
    ['wait-for', '{port: 5432, interval: 0.5}'],
    ['wait-for', '{http: "http://x", interval: 2}'],
    ['wait-for', '{http: {url: "http://x", expect: 200}}'],
    ['reboot', '{timeout: 900}'],
    ['http', '{method: POST, url: "http://x", body: {a: 1}, expect: 200}'],
    ['http', '{url: "https://x", expect: {status: [200, 204], body: ok}, headers: {A: b}}'],
    ['validate', '{checks: [{name: a, cmd: x}, {name: b, cmd: y, severity: warning}]}'],
    ['ansible', '{playbook: /a.yml, vars: {a: 1}}'],
    ['provision', '{anything: goes}'],
    ['skipped', '{cmd: a, retries: 1}'],
  ])('%s takes %s', (type, parameters) => {
    expect(shown(read(type, parameters).problems)).toEqual([]);
  });

  it.each([
    ['upload_file', '{path: /x}', 'BUNDLE_MISSING_PARAMETER', 'lacks `parameters.data` or `parameters.file`'],
    ['upload_file', '{path: /x, data: a, file: /b}', 'BUNDLE_CONFLICTING_VALUES', 'only one of them can be meant'],
    ['wait-for', '{}', 'BUNDLE_MISSING_PARAMETER', '`parameters.port` or `parameters.http`'],
    ['wait-for', '{port: 0}', 'BUNDLE_INVALID_VALUE', 'from 1 to 65535'],
    ['wait-for', '{port: 1, interval: 0}', 'BUNDLE_INVALID_VALUE', 'a number of seconds'],
    ['copy_files', '{files: [{src: /a}]}', 'BUNDLE_MISSING_KEY', 'has no `0.parameters.files.0.dst`'],
    ['copy_files', '{files: [{src: /a, dts: /b, dst: /b}]}', 'BUNDLE_UNKNOWN_KEY', '`dts`'],
    ['upload_file', '{path: /x, data: a, permissions: rw}', 'BUNDLE_INVALID_VALUE', 'permissions such as "0644"'],
    ['upload_file', '{path: /x, data: a, permissions: "0999"}', 'BUNDLE_INVALID_VALUE', 'permissions such as "0644"'],
    ['shell', '{cmd: a, env: {"a b": 1}}', 'BUNDLE_INVALID_VALUE', 'no name of a variable'],
    ['shell', '{cmd: a, env: {MUSTER_TASK: 1}}', 'BUNDLE_INVALID_VALUE', 'ours to set'],
    ['shell', '{cmd: a, files: [{a: 1}]}', 'BUNDLE_INVALID_VALUE', 'must be a string'],
    ['upload_files', '{}', 'BUNDLE_MISSING_PARAMETER', '`parameters.files` or `parameters.nodes`'],
    ['upload_files', '{files: [{path: /a}]}', 'BUNDLE_MISSING_PARAMETER', '`parameters.data` or `parameters.file`'],
    ['upload_files', '{files: [{path: /a, data: x, mode: 1}]}', 'BUNDLE_UNKNOWN_KEY', '`mode`'],
    ['upload_files', '{files: [{path: /a, data: x, permissions: 9}]}', 'BUNDLE_INVALID_VALUE', 'permissions such as'],
    ['http', '{url: "file:///etc/passwd"}', 'BUNDLE_INVALID_VALUE', 'http:// or https://'],
    ['http', '{url: "http://x", method: get it}', 'BUNDLE_INVALID_VALUE', 'must be one of GET'],
    ['http', '{url: "http://x", expect: 99}', 'BUNDLE_INVALID_VALUE', 'from 100 to 599'],
    ['http', '{url: "http://x", expect: {body: "a\\nb"}}', 'BUNDLE_INVALID_VALUE', 'one line'],
    ['validate', '{}', 'BUNDLE_MISSING_PARAMETER', 'checks'],
    ['validate', '{checks: [{name: a, cmd: x}, {name: a, cmd: y}]}', 'BUNDLE_INVALID_VALUE', 'twice'],
    ['validate', '{checks: [{name: a, cmd: x, severity: mild}]}', 'BUNDLE_INVALID_VALUE', 'fatal, warning'],
    ['validate', '{checks: [{name: a}]}', 'BUNDLE_MISSING_KEY', 'cmd'],
    ['reboot', '{delay: 1}', 'BUNDLE_UNKNOWN_KEY', '`delay`'],
  ])('%s with %s: %s', (type, parameters, code, text) => {
    const { problems } = read(type, parameters);
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(problems[0]?.summary).toContain(text);
  });

  it('lets a missing parameter be a warning: the graph can be planned without it', () => {
    expect(read('shell', '{}').definition?.parameters).toEqual({});
  });

  it.each(['0640', '"0640"', '640', '0o640'])('means 0640 by %s', (written) => {
    expect(
      read('upload_file', `{path: /x, data: a, permissions: ${written}}`).definition?.parameters['permissions'],
    ).toBe('0640');
  });

  it('keeps what `interval` means apart: between tries, or between two looks of wait-for', () => {
    expect(read('wait-for', '{port: 1, interval: 5}').definition).toMatchObject({
      parameters: { port: 1, interval: 5 },
      retries: { delayMs: 0 },
    });
    expect(read('shell', '{cmd: a, interval: 5}').definition).toMatchObject({
      parameters: { cmd: 'a' },
      retries: { delayMs: 5000 },
    });
  });
});
