// The application: counts visits in the database. The header X-Served-By says who answered.
import { createServer } from 'node:http';

const { HOST, PORT, DB, NAME } = process.env;

const server = createServer(async (request, response) => {
  response.setHeader('x-served-by', NAME);
  const { pathname } = new URL(request.url, 'http://app');
  try {
    if (pathname === '/health') {
      const answer = await fetch(`${DB}/health`, { signal: AbortSignal.timeout(2000) });
      return response.writeHead(answer.ok ? 200 : 503).end();
    }
    if (pathname !== '/') return response.writeHead(404).end();
    const answer = await fetch(`${DB}/keys/visits/increment`, { method: 'POST', signal: AbortSignal.timeout(5000) });
    const visits = (await answer.text()).trim();
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      `<!doctype html><title>Muster demo</title><p>Hello from ${NAME}. You are visitor number ${visits}.</p>\n`,
    );
  } catch (error) {
    response.writeHead(503).end(`no database: ${error.message}\n`);
  }
});

process.on('SIGTERM', () => server.close(() => process.exit(0)) && server.closeIdleConnections());
server.listen(Number(PORT), HOST, () => console.log(`${new Date().toISOString()} ${NAME} serves on ${HOST}:${PORT}`));
