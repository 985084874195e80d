# The image of a project: the compiled program, its dependencies, config/ and sql/.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No install scripts: they only fetch a Node (the image has one) and a Postgres for the tests.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run prepare && npm prune --omit=dev --ignore-scripts

FROM node:24-slim
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
# Brazier itself answers SIGTERM, so it may be process 1.
ENTRYPOINT ["node", "/app/bin/brazier.mjs"]
CMD ["sync", "--due", "--wait", "10m"]
