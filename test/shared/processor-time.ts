/** Seconds that a shell's children took of the processor, by what its `times` says. */
export function processorTime(times: string): number {
  const [user, system] = times.trimEnd().split('\n').at(-1)?.split(' ') ?? []
  return [user, system].reduce((sum, text) => {
    const [, minutes, seconds] = /^(\d+)m([\d.]+)s$/.exec(text ?? '') ?? []
    if (!seconds) throw new Error(`times says: ${times}`)
    return sum + Number(minutes) * 60 + Number(seconds)
  }, 0)
}
