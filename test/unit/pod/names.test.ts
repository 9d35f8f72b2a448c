import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { must } from '../../runner/command.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { copyPodScripts } from '../../shared/pod-scripts.ts'
import { folder } from '../../shared/project.ts'

const test = suite('from the names of pods to their addresses')

const SEARCH = 'search 1234.svc.example.test svc.example.test example.test wild.test'

/**
 * What a shell prints that sourced the scripts in a pod of the namespace 1234. There are the pods 0 to 2; with the domain
 * wild.test in the search list, a resolver has an address for every other name that does not end with a dot.
 */
async function inPod(scope: Scope, line: string, resolvConf = SEARCH): Promise<string> {
  const work = await folder(scope)
  await copyPodScripts(work)
  await writeFile(join(work, 'resolv.conf'), resolvConf)
  const getent = `#!/bin/sh
case $2 in
  r-[012].r-headless.1234.svc.example.test. | kubernetes.default.svc.example.test.) echo "10.0.0.1 $2" ;;
  *.) exit 2 ;;
  *) if grep -q wild.test ${work}/resolv.conf; then echo "192.0.2.1 $2"; else exit 2; fi ;;
esac
`
  await writeFile(join(work, 'getent'), getent, { mode: 0o755 })
  const script = `
    set -u
    HERE=${work} WORK=${work} PATH=${work}:$PATH RESOLV_CONF=${work}/resolv.conf NAME=r SERVICE=r-headless RELEASE=1234/r
    for part in names observe; do . "$HERE/$part.sh"; done
    ${line}`
  return (await must('sh', ['-c', script])).trim()
}

test.proves({
  topic: 'Loss and recovery',
  promise: 'A search domain that answers every name is not asked for pods',
  bound: 'an absent pod has no address, and counting pods comes to an end',
})
test('a pod that is there has its address, and one that is not has none, whatever else is in the search list', async (_, scope) => {
  assert.is(await inPod(scope, 'address_of 2; address_of 3'), '10.0.0.1')
  assert.is(await inPod(scope, 'resolve kubernetes.default.svc'), '10.0.0.1')
})

test('pods are counted on from those the chart knows of', async (_, scope) => {
  assert.is(await inPod(scope, 'pods_from 1'), '3')
  assert.is(await inPod(scope, 'pods_from 6'), '6')
})

test('a resolver that has an address for every name makes no pods', async (_, scope) => {
  assert.is(await inPod(scope, 'pods_from 6', 'search elsewhere.test wild.test'), '6')
})

test('that there is no such pod is asked once by a pod with an IPv4 address, and again by any other', async (_, scope) => {
  const questions = (address: string) =>
    inPod(
      scope,
      `POD_IP=${address}
       printf '#!/bin/sh\necho "$1" >>"$0.asked"\nexit "%s"\n' 2 >"$WORK/getent"
       address_of 3; tr '\n' ' ' <"$WORK/getent.asked"`,
    )
  assert.is(await questions('10.0.0.9'), 'ahostsv4')
  assert.is(await questions('fd00::9'), 'ahostsv4 hosts')
  assert.is(await questions(''), 'ahostsv4 hosts')
})

test('a getent that knows no ahostsv4 is asked in the other way', async (_, scope) => {
  const found = await inPod(
    scope,
    `POD_IP=10.0.0.9
     printf '#!/bin/sh\n[ "$1" = hosts ] || exit 1\necho "10.0.0.7 $2"\n' >"$WORK/getent"
     address_of 3`,
  )
  assert.is(found, '10.0.0.7')
})

test.run()
