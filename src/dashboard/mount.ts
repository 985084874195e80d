// Decides how the dashboard is reached: each of its files under its path, and the first page at `/`; to anybody, since they
// hold no data. The server's own headers let the browser load nothing but these.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type DashboardFile, dashboardFiles } from './files.ts'

export function mountDashboard(server: FastifyInstance): void {
  for (const file of dashboardFiles()) {
    const answer = (request: FastifyRequest, reply: FastifyReply) => give(file, request, reply)
    server.get(`/${file.path}`, answer)
    if (file.path === 'index.html') server.get('/', answer)
  }
}

/** Asked for each time, and sent when it has changed: an update of the service is seen at once. */
function give(
  { type, body, etag }: DashboardFile,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  reply.headers({ 'cache-control': 'no-cache', etag })
  if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send()
  return reply.type(type).send(body)
}
