// health.mjs URL SECONDS: succeeds as soon as the URL answers 200; fails after that many seconds.
const [url, seconds] = process.argv.slice(2);
const until = Date.now() + Number(seconds) * 1000;

for (;;) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(1000) }).catch(() => null);
  if (answer?.status === 200) process.exit(0);
  if (Date.now() >= until) process.exit(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
}
