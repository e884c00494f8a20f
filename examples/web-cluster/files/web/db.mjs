// A key-value store over HTTP: GET /keys/NAME, POST /keys/NAME/increment. What it acknowledged is on disk.
import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { createServer } from 'node:http';

const { HOST, PORT, DATA } = process.env;
const file = `${DATA}/db.json`;
const values = new Map(Object.entries(load()));
let saving = Promise.resolve();

const server = createServer(async (request, response) => {
  const [, root, key, verb] = new URL(request.url, 'http://db').pathname.split('/');
  if (root === 'health') return response.end('ok\n');
  if (root !== 'keys' || !key) return response.writeHead(404).end();
  if (request.method === 'POST' && verb === 'increment') {
    values.set(key, (values.get(key) ?? 0) + 1);
    // Taken before the wait: somebody else may count on meanwhile.
    const value = values.get(key);
    await save();
    return response.end(`${value}\n`);
  }
  return values.has(key) ? response.end(`${values.get(key)}\n`) : response.writeHead(404).end();
});

function load() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}

/** One write at a time; a rename is seen whole or not at all. */
function save() {
  saving = saving.then(async () => {
    const draft = await open(`${file}.draft`, 'w');
    await draft.writeFile(JSON.stringify(Object.fromEntries(values)));
    await draft.sync();
    await draft.close();
    await rename(`${file}.draft`, file);
  });
  return saving;
}

process.on('SIGTERM', () => server.close(() => process.exit(0)) && server.closeIdleConnections());
server.listen(Number(PORT), HOST, () => console.log(`${new Date().toISOString()} database serves on ${HOST}:${PORT}`));
