import { must } from '../runner/command.ts'
import type { Scope } from '../runner/scope.ts'
import { core } from './kubernetes.ts'

/** A volume on a file system of its own, which can be made to fail. */
export interface LoopVolume {
  /** Lets all writes hang, as a disk does that does not answer; returns what ends that. */
  stall(): Promise<() => Promise<void>>
  /** Lets the file system turn read-only, as it does after an error of its disk. */
  turnReadOnly(): Promise<void>
}

/** Makes a volume on a Kubernetes node for a claim that is still to come; both go with the scope. */
export async function loopVolume(
  scope: Scope,
  node: string,
  claim: { namespace: string; name: string },
): Promise<LoopVolume> {
  const name = `${claim.namespace}-${claim.name}`
  const folder = `/var/loop/${name}`
  const on = (script: string) => must('docker', ['exec', node, 'sh', '-ec', script])
  await on(`
    mkdir -p ${folder}
    truncate -s 300M ${folder}.img
    mkfs.ext4 -q ${folder}.img
    device=$(losetup -f)
    [ -b "$device" ] || mknod "$device" b 7 "\${device#/dev/loop}"
    losetup "$device" ${folder}.img
    mount "$device" ${folder}
    chmod 777 ${folder}`)
  scope.defer(() =>
    on(`
      device=$(findmnt --noheadings --output SOURCE ${folder})
      umount --lazy ${folder}
      losetup --detach "$device"
      rm -r ${folder} ${folder}.img`),
  )
  await provide(scope, { name, folder, node, claim })
  return {
    async stall() {
      const end = () => on(`fsfreeze --unfreeze ${folder}`).then(() => {})
      scope.defer(() => end().catch(() => {}))
      await on(`fsfreeze --freeze ${folder}`)
      return end
    },
    turnReadOnly: () => on(`mount -o remount,abort ${folder}`).then(() => {}),
  }
}

interface Provided {
  name: string
  folder: string
  node: string
  claim: { namespace: string; name: string }
}

async function provide(scope: Scope, { name, folder, node, claim }: Provided): Promise<void> {
  const onNode = { key: 'kubernetes.io/hostname', operator: 'In', values: [node] }
  await core().createPersistentVolume({
    body: {
      metadata: { name },
      spec: {
        capacity: { storage: '256Mi' },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        // The class that claims get which name none.
        storageClassName: 'standard',
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...claim },
        local: { path: folder },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [onNode] }] } },
      },
    },
  })
  scope.defer(() => core().deletePersistentVolume({ name }))
}
