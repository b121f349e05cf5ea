/** The page of the devtools, which is no app: it shows any store that a tab of this origin has open. */
import { useEffect, useRef, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { attach } from '../remote/attach.ts'
import { everyone, type OnEveryone, type Present, shortId } from '../remote/protocol.ts'
import { placeIn } from '../shell/in-element.ts'
import { showPanel } from '../shell/open-panel.tsx'
import { heard } from './stores.ts'
import { pageStyles } from './styles.ts'

/** Draws the page in `place`. Returns the way to take it away. */
export function mountDevtoolsPage(place: HTMLElement): () => void {
  const root = createRoot(place)
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheetOf(pageStyles)]
  root.render(<DevtoolsPage />)
  return () => root.unmount()
}

function sheetOf(css: string) {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  return sheet
}

/** A tab that was looked at, and is gone, stays chosen: what it told is still shown. */
function DevtoolsPage() {
  const present = usePresent()
  const [chosen, choose] = useState<Present>()
  const shown = chosen ?? (present.length === 1 ? present[0] : undefined)
  const isGone = shown && !present.some(({ sessionId }) => sessionId === shown.sessionId)
  return (
    <main>
      <header>
        <h1>Headwater devtools</h1>
        {present.length === 0 && (
          <p role="status">No tab of this origin has a store open. Open the app in another tab.</p>
        )}
        {present.length > 0 && !shown && <p role="status">Choose the tab to be shown.</p>}
        <ul aria-label="Stores">
          {present.map((tab) => (
            <li key={tab.sessionId}>
              <button type="button" aria-current={tab.sessionId === shown?.sessionId} onClick={() => choose(tab)}>
                {tab.storeId}{' '}
                <small>
                  {tab.title} · {shortId(tab.sessionId)}
                </small>
              </button>
            </li>
          ))}
        </ul>
        {isGone && (
          <p role="status">
            Tab {shortId(shown.sessionId)} of {shown.storeId} is gone; this is what it told.
          </p>
        )}
      </header>
      {shown && <Shown key={shown.sessionId} tab={shown} />}
    </main>
  )
}

function usePresent(): readonly Present[] {
  const [present, setPresent] = useState<readonly Present[]>([])
  useEffect(() => {
    const channel = new BroadcastChannel(everyone)
    channel.addEventListener('message', ({ data }: MessageEvent<OnEveryone>) => setPresent((now) => heard(now, data)))
    channel.postMessage({ type: 'who' } satisfies OnEveryone)
    return () => channel.close()
  }, [])
  return present
}

/** The panel, as in the app, in a shadow root of its own. */
function Shown({ tab }: { tab: Present }) {
  const host = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const { remove, ...place } = placeIn(host.current!)
    const source = attach(tab, crypto.randomUUID())
    const close = showPanel(source, undefined, { ...place, takesFocus: false })
    return () => {
      close()
      source.close()
      remove()
    }
  }, [tab])
  return <div className="shown" ref={host} />
}
