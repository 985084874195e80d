import { describe, expect, it } from 'vitest'
import { looksLikeContainer, refusedPlace } from '../../../src/warehouse/duckdb/state-place.ts'

const MOUNTS = `overlay / overlay rw,lowerdir=/a 0 0
proc /proc proc rw 0 0
tmpfs /tmp tmpfs rw 0 0
/dev/sdb /data ext4 rw 0 0
/dev/sdc /my\\040disk xfs rw 0 0
server:/x /shared nfs4 rw 0 0
bucket /bucket fuse.gcsfuse rw 0 0
s3fs /s3 fuse.s3fs rw 0 0
//nas/x /nas cifs rw 0 0
C: /mnt/c 9p rw 0 0
desktop /host fuse.grpcfuse rw 0 0
/dev/sdd /bucket/inner ext4 rw 0 0
`
const BARE = `/dev/sda / ext4 rw 0 0
tmpfs /tmp tmpfs rw 0 0
server:/x /home nfs rw 0 0
`

describe('where a state file may stand', () => {
  it.each([
    ['/app/state', 'the container’s own file system', true],
    ['/', 'the container’s own file system', true],
    ['/tmp/x', 'the container’s own file system', true],
    ['/data', undefined, true],
    ['/data/deep/er', undefined, true],
    ['/database', 'the container’s own file system', true],
    ['/my disk/state', undefined, true],
    ['/shared/state', 'network', true],
    ['/bucket', 'network', true],
    ['/bucket/inner/state', undefined, true],
    ['/s3', 'network', true],
    ['/nas/a', 'network', true],
    ['/mnt/c/Users', 'network', true],
    ['/host/project', undefined, true],
  ])('in a container, %s: %s', (directory, refusal, inContainer) => {
    const said = refusedPlace({ mounts: MOUNTS, directory, inContainer })
    if (refusal === undefined) expect(said).toBeUndefined()
    else expect(said?.replace("'", '’')).toContain(refusal)
  })

  it.each([
    ['/srv/brazier', undefined],
    ['/tmp/brazier', undefined],
    ['/home/me', 'network'],
  ])('on a machine, %s: %s', (directory, refusal) => {
    const said = refusedPlace({ mounts: BARE, directory, inContainer: false })
    if (refusal === undefined) expect(said).toBeUndefined()
    else expect(said).toContain(refusal)
  })

  it('takes a disk for a disk, even at the root of a container, and knows nothing where there are no mounts', () => {
    expect(refusedPlace({ mounts: BARE, directory: '/app', inContainer: true })).toBeUndefined()
    expect(refusedPlace({ mounts: '', directory: '/app', inContainer: true })).toBeUndefined()
  })

  it.each([
    [{ files: ['/.dockerenv'], cgroup: '', mounts: BARE }, true],
    [{ files: [], cgroup: '0::/kubepods/burstable/pod1', mounts: BARE }, true],
    [{ files: [], cgroup: '0::/user.slice', mounts: BARE }, false],
    [{ files: [], cgroup: '0::/', mounts: MOUNTS }, true],
  ])('sees a container by its marks (%#)', (marks, expected) => {
    expect(looksLikeContainer(marks)).toBe(expected)
  })
})
