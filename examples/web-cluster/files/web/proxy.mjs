// Passes each request to the next application server; one that does not answer is passed over.
import { createServer, request as ask } from 'node:http';

const { HOST, PORT, APPS } = process.env;
const apps = APPS.split(' ').filter(Boolean);
let turn = 0;

const server = createServer((request, response) => {
  if (request.url === '/health') return response.end('ok\n');
  pass(request, response, apps.length);
});

function pass(request, response, tries) {
  const app = apps[turn++ % apps.length];
  const { method, headers, url } = request;
  const passed = ask(app, { path: url, method, headers, timeout: 10_000 }, (answer) => {
    if (answer.statusCode === 503 && tries > 1 && method === 'GET') {
      answer.resume();
      return pass(request, response, tries - 1);
    }
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  passed.on('timeout', () => passed.destroy(new Error('timeout')));
  passed.on('error', (error) => {
    if (response.headersSent) return response.destroy();
    // What has no body can be asked again elsewhere.
    if (tries > 1 && method === 'GET') return pass(request, response, tries - 1);
    response.writeHead(502).end(`no application server answers: ${error.message}\n`);
  });
  request.pipe(passed);
}

process.on('SIGTERM', () => server.close(() => process.exit(0)) && server.closeIdleConnections());
server.listen(Number(PORT), HOST, () => console.log(`${new Date().toISOString()} proxy serves on ${HOST}:${PORT}`));
