import type { Unsaved } from '../session/adapter.ts'

/** The browser asks before it leaves the page. Only while it must: such a listener may keep a page from being put aside. */
export function guardUnload({ isUnsaved, subscribe }: Unsaved): () => void {
  let isListening = false
  const ask = (event: Event) => {
    if (isUnsaved()) event.preventDefault()
  }
  const listen = (wanted: boolean) => {
    if (wanted === isListening) return
    isListening = wanted
    if (wanted) window.addEventListener('beforeunload', ask)
    else window.removeEventListener('beforeunload', ask)
  }
  const unsubscribe = subscribe(() => listen(isUnsaved()))
  return () => {
    unsubscribe()
    listen(false)
  }
}
