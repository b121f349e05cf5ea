import type { Finding } from './compare.ts'

export type Verdict = {
  /** Whether CI may go on. */
  readonly ok: boolean
  readonly text: string
}

const signs = { breaking: '✗', unknown: '?', 'older builds': '!' } as const

/** Puts findings into words. With `strict`, what cannot be known is not good enough. */
export function report(findings: readonly Finding[], events: number, strict: boolean): Verdict {
  const count = (level: Finding['level']) =>
    new Set(findings.filter((finding) => finding.level === level).map(({ event }) => event)).size
  const [breaking, unknown, older] = [count('breaking'), count('unknown'), count('older builds')]
  const ok = breaking === 0 && (!strict || unknown === 0)
  const lines = [...new Set(findings.map(({ event }) => event))].flatMap((event) => [
    `  ${event}`,
    ...findings
      .filter((finding) => finding.event === event)
      .map(({ level, at, why }) => `    ${signs[level]} ${at ? `${at}: ` : ''}${why}`),
  ])
  const sums = [
    breaking > 0 && `✗ ${plural(breaking)} of which commits in logs could not be applied any more`,
    unknown > 0 && `? ${plural(unknown)} of which that cannot be known for sure`,
    older > 0 && `! ${plural(older)} that older builds would skip until their tabs are loaded again`,
  ].filter((line) => line !== false)
  const last = ok ? `Compatible: ${plural(events)}.` : 'Not compatible.'
  return { ok, text: [...lines, ...(sums.length > 0 ? ['', ...sums] : []), last, ''].join('\n') }
}

function plural(events: number): string {
  return events === 1 ? '1 event' : `${events} events`
}
