// Decides that the files of deploy/ say what matters: the command of the image, and that no scheduler repeats a run whose
// exit code says that it must not. Their form was checked by the schema checkers of each platform.

import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { makeProgram } from '../../src/cli/program.ts'
import { personOf } from '../../src/serve/http/auth.ts'
import { settingsOf } from '../project/read-config.ts'
import { startReceiver } from '../support/receiver.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const text = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8')

// biome-ignore lint/suspicious/noExplicitAny: files of others' forms, looked into at will.
type Any = any

function documents(path: string): Any[] {
  return parseAllDocuments(text(`deploy/${path}`), { merge: true }).map((document) => {
    if ('errors' in document) expect(document.errors.map(String)).toEqual([])
    return 'toJS' in document ? document.toJS() : undefined
  })
}
const document = (path: string): Any => documents(path)[0]
const json = (path: string): Any => JSON.parse(text(`deploy/${path}`))

const JOB = ['sync', '--due', '--wait', '10m']
const dockerfile = text('Dockerfile')
const instruction = (name: string) => dockerfile.match(new RegExp(`^${name} (\\[.*\\])$`, 'm'))?.[1] ?? ''

describe('the image', () => {
  it('runs what is due, by the number of a user without rights', () => {
    expect(JSON.parse(instruction('CMD'))).toEqual(JOB)
    expect(JSON.parse(instruction('ENTRYPOINT'))).toEqual(['node', '/app/bin/brazier.mjs'])
    expect(dockerfile).toMatch(/^USER 1000:1000$/m)
  })

  it('has the Node that development has, and only what it is made of', () => {
    const { devDependencies } = JSON.parse(text('package.json'))
    expect(dockerfile).toContain(`ARG NODE_VERSION=${devDependencies.node}\n`)
    const allowed: readonly string[] = text('.dockerignore').match(/^!.*$/gm) ?? []
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, paths]) =>
      (paths ?? '').split(' '),
    )
    expect(copied.filter((path) => !allowed.includes(`!${path}`))).toEqual([])
  })

  it('has a health check for the service that lets every other command be', async () => {
    const line = dockerfile.match(/^HEALTHCHECK .*CMD (\[.*\])$/m)?.[1] ?? '[]'
    expect(JSON.parse(line)).toEqual(['node', '/app/bin/health.mjs'])
    const receiver = await startReceiver()
    const directory = await mkdtemp(join(tmpdir(), 'brazier-health-'))
    onTestFinished(async () => {
      await receiver.close()
      await rm(directory, { recursive: true })
    })
    const health = async (...words: string[]) => {
      const cmdline = join(directory, 'cmdline')
      await writeFile(cmdline, words.join('\0'))
      const checking = promisify(execFile)(process.execPath, [`${ROOT}bin/health.mjs`, cmdline])
      return await checking.then(
        () => 'healthy',
        ({ code }) => code,
      )
    }
    const { port } = new URL(receiver.url)
    const serve = ['node', '/app/bin/brazier.mjs', 'serve', '--host', '0.0.0.0', '--port', port]
    expect(await health(...serve)).toBe('healthy')
    expect(receiver.received.map(({ path }) => path)).toEqual(['/livez'])
    receiver.answer(503)
    expect(await health('/sbin/docker-init', '--', 'node', 'brazier.mjs', 'serve', `--port=${port}`)).toBe(1)
    expect(await health('node', '/app/bin/brazier.mjs', ...JOB)).toBe('healthy')
  })
})

describe('Kubernetes', () => {
  const cronjob = document('kubernetes/cronjob.yaml')
  const job = cronjob.spec.jobTemplate.spec
  const [deployment, service] = documents('kubernetes/serve.yaml')

  it('starts one job at a time, and repeats none', () => {
    const { concurrencyPolicy, timeZone, startingDeadlineSeconds } = cronjob.spec
    expect({ concurrencyPolicy, timeZone }).toEqual({ concurrencyPolicy: 'Forbid', timeZone: 'Etc/UTC' })
    // Fewer than a hundred starts fit into it: else the CronJob may stop for good.
    expect(startingDeadlineSeconds).toBeLessThan(300)
    expect(job.backoffLimit).toBe(0)
    expect(job.template.spec.restartPolicy).toBe('Never')
    const [refused, drained] = job.podFailurePolicy.rules
    expect(refused).toMatchObject({
      action: 'FailJob',
      onExitCodes: { containerName: job.template.spec.containers[0].name, values: [2, 3, 4, 75] },
    })
    expect(drained.action).toBe('Ignore')
  })

  it.each([
    ['the job', job.template.spec, JOB],
    ['the service', deployment.spec.template.spec, ['serve', '--host', '0.0.0.0', '--port', '8080']],
  ])('%s has no rights, and time to settle', (_what, pod, args) => {
    const [container] = pod.containers
    expect(container.args).toEqual(args)
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(30)
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 })
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  it('asks the service whether it lives and whether it is ready, and finds it', () => {
    const [container] = deployment.spec.template.spec.containers
    const { startupProbe, livenessProbe, readinessProbe } = container
    const paths = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe.httpGet.path)
    expect(paths).toEqual(['/livez', '/livez', '/readyz'])
    expect(service.spec.ports[0].targetPort).toBe(container.ports[0].name)
    expect(service.spec.selector).toEqual(deployment.spec.template.metadata.labels)
  })
})

describe('clouds', () => {
  it('Cloud Run runs one task and repeats none', () => {
    const { taskCount, parallelism, template } = document('cloud-run/job.yaml').spec.template.spec
    expect({ taskCount, parallelism, maxRetries: template.spec.maxRetries }).toEqual({
      taskCount: 1,
      parallelism: 1,
      maxRetries: 0,
    })
    expect(template.spec.containers[0].args).toEqual(JOB)
    expect(text('deploy/cloud-run/deploy.sh')).toContain('--max-retry-attempts 0')
  })

  it('ECS starts one task and repeats none', () => {
    const { family, containerDefinitions } = json('ecs/task-definition.json')
    const { Target } = json('ecs/schedule.json')
    expect(containerDefinitions[0]).toMatchObject({
      command: JOB,
      user: '1000:1000',
      readonlyRootFilesystem: true,
    })
    expect(containerDefinitions[0].stopTimeout).toBeGreaterThanOrEqual(30)
    expect(Target.RetryPolicy).toEqual({ MaximumRetryAttempts: 0 })
    expect(Target.EcsParameters.TaskDefinitionArn).toMatch(new RegExp(`task-definition/${family}$`))
  })
})

describe('systemd', () => {
  const unit = (name: string): Record<string, string> =>
    Object.fromEntries(
      [...text(`deploy/systemd/${name}`).matchAll(/^(\w+)=(.*)$/gm)].map(([, key, value]) => [key, value]),
    )

  it('takes 75 for no failure, 3 and 4 for one, and repeats neither', () => {
    const { ExecStart, Type, SuccessExitStatus, Restart } = unit('brazier.service')
    expect(ExecStart).toMatch(/node_modules\/\.bin\/node \S+\/bin\/brazier\.mjs sync --due --wait 10m$/)
    expect({ Type, SuccessExitStatus, Restart }).toEqual({
      Type: 'oneshot',
      SuccessExitStatus: '75',
      Restart: 'no',
    })
    expect(unit('brazier.timer').Persistent).toBe('yes')
  })

  it('does not start a service again whose project is wrong', () => {
    expect(unit('brazier-serve.service')).toMatchObject({
      RestartPreventExitStatus: '2',
      SuccessExitStatus: '143',
    })
  })
})

describe('other schedulers', () => {
  it('GitHub plans without the key on pull requests of our own, and sends what is merged', () => {
    const { jobs, on } = document('github/brazier.yaml')
    expect(on.push.branches).toEqual(['main'])
    expect(jobs.plan.if).toContain('head.repo.full_name == github.repository')
    expect(jobs.plan.permissions['pull-requests']).toBe('write')
    expect(JSON.stringify(jobs.plan)).not.toContain('BRAZE_API_KEY')
    expect(jobs.sync.concurrency['cancel-in-progress']).toBe(false)
    expect(jobs.sync.steps.at(-1).run).toMatch(/= 75 \][\s\S]*exit 0[\s\S]*exit "\$code"/)
  })

  it('Airflow and Dagster skip on 75 and repeat nothing', () => {
    const airflow = text('deploy/airflow/brazier_dag.py')
    expect(airflow).toContain('skip_on_exit_code=75')
    expect(airflow).toContain('retries=0')
    expect(airflow).toContain(`arguments=${JSON.stringify(JOB).replaceAll(',', ', ')}`)
    const dagster = text('deploy/dagster/brazier_asset.py')
    expect(dagster).toContain('LEASE_HELD = 75')
    expect(dagster).toContain('allow_retries=False')
  })
})

describe('compose', () => {
  const { services, volumes } = document('compose.yaml')

  it('shows the service to this machine only, once the shop is filled and a Braze is there', () => {
    expect(services.brazier.ports).toEqual(['127.0.0.1:8080:8080'])
    expect(services.brazier.depends_on).toEqual({
      database: { condition: 'service_healthy' },
      sandbox: { condition: 'service_healthy' },
    })
    expect(services.database.depends_on.shop.condition).toBe('service_completed_successfully')
    const used = Object.values<Any>(services).flatMap(({ volumes: mounts }) =>
      mounts.map((mount: string) => mount.split(':')[0]).filter((from: string) => !from.startsWith('.')),
    )
    expect([...new Set(used)].sort()).toEqual(Object.keys(volumes).sort())
  })

  it('has a configuration that is right, and the token that it names', () => {
    const env = services.brazier.environment
    const { braze, service } = settingsOf(text('deploy/compose/brazier.yaml'), { env })
    expect(braze?.endpoint).toBe('http://sandbox:8099')
    expect(personOf('demo', service.tokens)).toEqual({ name: 'demo', role: 'admin' })
  })
})

it('every command of deploy/ exists, with its options', () => {
  const nothing = () => undefined
  const { commands } = makeProgram({ version: '0', out: nothing, err: nothing, act: async () => undefined })
  const { services } = document('compose.yaml')
  const [deployment] = documents('kubernetes/serve.yaml')
  const typed: string[][] = [
    JOB,
    services.sandbox.command,
    services.brazier.command,
    deployment.spec.template.spec.containers[0].args,
    ...globSync('deploy/{systemd,github}/*', { cwd: ROOT }).flatMap((path) =>
      [...text(path).matchAll(/bin\/brazier\.mjs ([^\n|>]*)/g)].map(([, words]) =>
        (words ?? '').split(/\s+/),
      ),
    ),
  ]
  expect(typed.length).toBeGreaterThan(7)
  for (const [name, ...words] of typed) {
    const command = commands.find((known) => known.name() === name)
    const known = [...(command?.options.map(({ long }) => long) ?? []), '--no-color']
    const options = words.filter((word) => word.startsWith('--'))
    expect(known, name).toEqual(expect.arrayContaining(options))
  }
})
