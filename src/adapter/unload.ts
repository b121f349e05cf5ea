import type { Unsaved } from '../session/adapter.ts'

/** How long the listener outlives its reason, milliseconds: most commits are persisted sooner, and the next one needs it again. */
const grace = 500

/** The browser asks before it leaves the page. Only while it must: such a listener may keep a page from being put aside. */
export function guardUnload({ isUnsaved, subscribe }: Unsaved): () => void {
  let isListening = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const ask = (event: Event) => {
    if (isUnsaved()) event.preventDefault()
  }
  const listen = (wanted: boolean) => {
    if (wanted === isListening) return
    isListening = wanted
    if (wanted) window.addEventListener('beforeunload', ask)
    else window.removeEventListener('beforeunload', ask)
  }
  const look = () => {
    timer = undefined
    listen(isUnsaved())
  }
  const unsubscribe = subscribe(() => {
    if (isUnsaved()) listen(true)
    else if (isListening) timer ??= setTimeout(look, grace)
  })
  return () => {
    unsubscribe()
    clearTimeout(timer)
    listen(false)
  }
}
