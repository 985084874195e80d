# The image of a project: the compiled program, its dependencies, config/ and sql/. One image for every way to run it: the
# command says which.

# The version that package.json pins for development.
ARG NODE_VERSION=24.21.0
FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No install scripts: they only fetch a Node (the image has one) and a Postgres for the tests.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run prepare && npm prune --omit=dev --ignore-scripts

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY bin ./bin
COPY config ./config
COPY sql ./sql
# A named volume that is mounted here takes over the owner. It is not declared with VOLUME on purpose: where nobody mounts
# one, Brazier then refuses to keep a DuckDB ledger in the container, instead of losing it with the container.
RUN mkdir state && chown 1000:1000 state
# By number, so that an orchestrator can tell that this is not root.
USER 1000:1000
# Of `brazier serve`; any other command counts as healthy while it runs.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["node", "/app/bin/health.mjs"]
# Brazier itself answers SIGTERM and starts no processes, so it may be process 1; `docker run --init` does no harm.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/app/bin/brazier.mjs"]
CMD ["sync", "--due", "--wait", "10m"]
