# Planner and executor from one build: `docker build --target planner .`, `docker build --target executor .`.
FROM node:20-bookworm-slim AS build
WORKDIR /muster
COPY package.json package-lock.json tsconfig*.json ./
COPY apps apps
COPY tools/build.mjs tools/pack-packages.mjs tools/make-database-template.mjs tools/replace-folder.mjs tools/
COPY libs libs
RUN npm ci && npm run build && npm prune --omit=dev

FROM node:20-bookworm-slim AS muster
# Few arenas: with one for each thread, glibc keeps up to 50 MB that nobody uses (docs/decisions/0330).
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 MUSTER_DATA_DIR=/var/lib/muster-server
# A folder of its own for files made at first start; the rest of the image is read only for this user.
RUN useradd --system --home-dir /var/lib/muster-server --create-home muster && chmod 0700 /var/lib/muster-server
COPY --from=build --chown=root:root /muster /muster
WORKDIR /muster
USER muster
# `muster` is the first process and drains on SIGTERM.
ENTRYPOINT ["node", "/muster/apps/cli/bin/muster.cjs"]

FROM muster AS planner
ENV MUSTER_HTTP_HOST=0.0.0.0 MUSTER_HTTP_PORT=7070
EXPOSE 7070
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:7070/health/ready').then((it) => process.exit(it.ok ? 0 : 1), () => process.exit(1))"]
CMD ["planner"]

FROM muster AS executor
# Told within the container only; MUSTER_HTTP_HOST and MUSTER_METRICS_TOKEN let others read the figures.
ENV MUSTER_EXECUTOR_HTTP_PORT=9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.MUSTER_EXECUTOR_HTTP_PORT + '/health/ready').then((it) => process.exit(it.ok ? 0 : 1), () => process.exit(1))"]
CMD ["executor"]
