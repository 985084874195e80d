// Decides whether a directory is a place where a state file survives and can be locked: a container's own layer is gone
// with the container, and a network file system cannot be trusted with locks. A lost ledger looks like a first load. Pure.

export interface Place {
  /** Text of /proc/mounts; '' where there is none. */
  readonly mounts: string
  /** Absolute path of the directory, without symbolic links. */
  readonly directory: string
  readonly inContainer: boolean
}

/** Volumes of these types cross a network, or pretend to be a disk over one. */
const NETWORK = new Set([
  'nfs',
  'nfs4',
  'cifs',
  'smb3',
  'smbfs',
  '9p',
  'afs',
  'ceph',
  'glusterfs',
  'lustre',
  'gpfs',
  'beegfs',
  'fuse',
])
/** Types in user space that are a disk of this machine all the same. */
const LOCAL_FUSE = new Set([
  'fuse.ntfs-3g',
  'fuse.mergerfs',
  'fuse.osxfs',
  'fuse.grpcfuse',
  'fuse.fakeowner',
  'fuse.virtiofs',
])
/** Types of a container's own, throw-away file system. */
const LAYERS = new Set(['overlay', 'aufs', 'tmpfs', 'ramfs'])

/** Why the directory is refused, as the end of a sentence; undefined when it is good. */
export function refusedPlace(place: Place): string | undefined {
  const mount = mountOf(place.mounts, place.directory)
  if (mount === undefined) return undefined
  if (NETWORK.has(mount.type) || (mount.type.startsWith('fuse.') && !LOCAL_FUSE.has(mount.type))) {
    return `a network file system (${mount.type}), whose locks cannot be trusted`
  }
  // Only types that are a container's own: a virtual machine made from a container image has a disk as its root.
  if (place.inContainer && LAYERS.has(mount.type))
    return `the container's own file system (${mount.type}), which is gone with the container`
  return undefined
}

interface Mount {
  readonly point: string
  readonly type: string
}

/** The mount that holds the directory: the longest point above it; of several on one point, the last. */
function mountOf(mounts: string, directory: string): Mount | undefined {
  let found: Mount | undefined
  for (const line of mounts.split('\n')) {
    const [, rawPoint, type] = line.split(' ')
    if (rawPoint === undefined || type === undefined) continue
    const point = rawPoint.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    )
    const above = point === '/' || directory === point || directory.startsWith(`${point}/`)
    if (above && point.length >= (found?.point.length ?? 0)) found = { point, type }
  }
  return found
}

/** Whether the marks that container runtimes leave are there. */
export function looksLikeContainer(marks: {
  readonly files: readonly string[]
  readonly cgroup: string
  readonly mounts: string
}): boolean {
  return (
    marks.files.length > 0 ||
    /docker|containerd|kubepods|libpod|lxc/.test(marks.cgroup) ||
    mountOf(marks.mounts, '/')?.type === 'overlay'
  )
}
