// Asks through the proxy until every application server has answered; fails after 30 seconds or at a wrong answer.
const { HOST, PORT, APPS } = process.env;
const expected = APPS.split(' ').filter(Boolean).length;
const seen = new Map();
const until = Date.now() + 30_000;

while (seen.size < expected && Date.now() < until) {
  const answer = await fetch(`http://${HOST}:${PORT}/`, { signal: AbortSignal.timeout(10_000) });
  const text = await answer.text();
  const name = answer.headers.get('x-served-by');
  if (answer.status !== 200 || !name) {
    console.error(`the proxy answered ${answer.status}: ${text}`);
    process.exit(1);
  }
  if (!seen.has(name)) console.log(text.replace(/<[^>]*>/g, ' ').trim());
  seen.set(name, (seen.get(name) ?? 0) + 1);
}
const names = [...seen.keys()].sort().join(', ');
if (seen.size < expected) {
  console.error(`only ${seen.size} of ${expected} application servers were reached: ${names}`);
  process.exit(1);
}
console.log(`all ${expected} application servers answer through the proxy: ${names}`);
