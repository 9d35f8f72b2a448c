// A key's slot is that of its hash tag: {7} in "lane{7}". For every slot the smallest number that falls into it.

/** CRC16 as the cluster computes it (XMODEM). */
export function crc16(text: string): number {
  let crc = 0
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
    crc &= 0xffff
  }
  return crc
}

/** Hash tags that spread over the slots from first to last, `count` of them at most. */
export function tagsIn(ranges: [first: number, last: number][], count: number): string[] {
  const slots = ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i),
  )
  const step = Math.max(1, Math.floor(slots.length / count))
  const wanted = new Set(slots.filter((_, i) => i % step === 0).slice(0, count))
  const tags: string[] = []
  for (let number = 0; wanted.size > 0; number++) {
    if (wanted.delete(crc16(`${number}`) % 16384)) tags.push(`${number}`)
  }
  return tags
}
