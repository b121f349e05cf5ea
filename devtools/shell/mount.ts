import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Store } from '../../src/index.ts'
import type { Edits } from '../data/edit.ts'
import { channelName, type OnChannel } from '../protocol.ts'
import { announce } from '../remote/announce.ts'
import { freeze } from '../tab/freeze.ts'
import { launcherStyles } from './launcher-styles.ts'
import { openOwnWindow, styleSheet } from './own-window.ts'
import { loadSettings, type Settings, saveSettings } from './settings.ts'

export type DevtoolsOptions = {
  /** Whether it is open until somebody says otherwise; what was said is remembered. It is not, unless this is true. */
  readonly initiallyOpen?: boolean
  /** Opens and closes it. `Alt+Shift+H` unless this is another one; false for none. */
  readonly hotkey?: string | false
  /** The app's events for changes that are made to rows in the panel, by table. What is not there is only looked at. */
  readonly edit?: Edits
}

export type Devtools = {
  open(): void
  close(): void
  unmount(): void
}

export const defaultHotkey = 'Alt+Shift+H'

/**
 * Adds a button to the page, and the panel behind it, in a shadow root. Until the panel is opened nothing of it is loaded, and
 * nothing is heard of the store; this tab tells panels of others what it does while they watch.
 */
export function mountDevtools(
  store: Store,
  { initiallyOpen = false, hotkey = defaultHotkey, edit = {} }: DevtoolsOptions = {},
): Devtools {
  const host = document.createElement('headwater-devtools')
  const root = host.attachShadow({ mode: 'open' })
  const styles = new CSSStyleSheet() // which no content security policy forbids
  styles.replaceSync(launcherStyles)
  root.adoptedStyleSheets = [styles]
  const settings = createStore<Settings>(() => loadSettings(initiallyOpen))
  const button = launcher(hotkey)
  const place = document.createElement('div')
  root.append(button, place)
  document.body.append(host)

  let shown: { readonly dock: 'page' | 'window'; close(): void } | undefined
  /** Where it goes when its own window is closed. */
  let inPage = settings.getState().dock
  let isOpening = false
  let isGone = false
  /** The store is closed. */
  let isOver = false
  const set = (change: Partial<Settings>) => settings.setState(change)

  const hide = () => {
    shown?.close()
    shown = undefined
  }

  const show = async (takesFocus: boolean) => {
    if (isOpening) return
    isOpening = true
    const { openPanel } = await import('./open-panel.tsx')
    const wanted = () => (settings.getState().dock === 'window' ? 'window' : 'page')
    if (wanted() === 'window' && shown?.dock !== 'window') {
      const opened = await openOwnWindow(`Headwater · ${store.storeId}`, () => {
        if (shown?.dock === 'window') set({ dock: inPage })
      })
      if (opened && !isGone && settings.getState().isOpen) {
        hide()
        opened.root.adoptedStyleSheets = [styleSheet(opened.root, launcherStyles)]
        themed(opened.root, settings)
        const close = openPanel(store, edit, { settings, root: opened.root, place: opened.place, takesFocus })
        const both = () => {
          shown = undefined // so that its closing is not heard
          close()
          opened.close()
        }
        shown = { dock: 'window', close: both }
      } else {
        opened?.close()
        set({ dock: inPage }) // the browser refuses
      }
    } else if (wanted() === 'page' && shown?.dock !== 'page') {
      hide()
      if (!isGone && settings.getState().isOpen) {
        shown = { dock: 'page', close: openPanel(store, edit, { settings, root, place, takesFocus }) }
      }
    }
    isOpening = false
    if (settings.getState().isOpen && wanted() !== shown?.dock) void show(takesFocus)
  }

  const render = (takesFocus: boolean) => {
    const { isOpen, theme, dock } = settings.getState()
    if (dock !== 'window') inPage = dock
    host.dataset.theme = theme
    button.hidden = isOpen
    button.setAttribute('aria-expanded', String(isOpen))
    if (isOpen) void show(takesFocus)
    else if (isOver) unmount()
    else if (shown) {
      hide()
      if (dock === 'window') set({ dock: inPage })
      button.focus()
    }
  }

  const toggle = () => set({ isOpen: !settings.getState().isOpen })
  const onKey = (event: KeyboardEvent) => {
    if (!hotkey || !isHotkey(event, hotkey)) return
    event.preventDefault()
    toggle()
  }

  button.addEventListener('click', toggle)
  addEventListener('keydown', onKey)
  for (const type of ['keydown', 'keyup', 'keypress'] as const) root.addEventListener(type, keepFromPage(hotkey))
  settings.subscribe((now) => {
    saveSettings(now)
    render(true)
  })
  const stops = [tellOthers(store), announce(store)]
  // An open panel stays, and says so: what it shows may be what one is looking for.
  void store.closed.then(() => {
    isOver = true
    if (!settings.getState().isOpen) unmount()
  })
  render(false)

  function unmount() {
    if (isGone) return
    isGone = true
    hide()
    removeEventListener('keydown', onKey)
    for (const stop of stops) stop()
    host.remove()
  }

  return { open: () => set({ isOpen: true }), close: () => set({ isOpen: false }), unmount }
}

/** The theme of a window follows that of the settings, as long as it is there. */
function themed({ host }: ShadowRoot, settings: StoreApi<Settings>) {
  const follow = ({ theme }: Settings) => {
    ;(host as HTMLElement).dataset.theme = theme
  }
  follow(settings.getState())
  settings.subscribe(follow)
}

function launcher(hotkey: string | false): HTMLButtonElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'launcher'
  button.title = `Headwater devtools${hotkey ? ` (${hotkey})` : ''}`
  button.setAttribute('aria-label', 'Open Headwater devtools')
  button.innerHTML =
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 2.5c4 5 7 8.3 7 12.2a7 7 0 0 1-14 0c0-3.9 3-7.2 7-12.2z"/></svg>'
  return button
}

export function isHotkey({ altKey, shiftKey, ctrlKey, metaKey, code, key }: KeyboardEvent, hotkey: string): boolean {
  const parts = hotkey.toLowerCase().split('+')
  const last = parts.at(-1) ?? ''
  const wants = (name: string) => parts.slice(0, -1).includes(name)
  const isKey = key.toLowerCase() === last || code.toLowerCase() === `key${last}` // Alt makes other characters
  return (
    isKey &&
    altKey === wants('alt') &&
    shiftKey === wants('shift') &&
    ctrlKey === wants('ctrl') &&
    metaKey === wants('meta')
  )
}

/** What is typed in the panel is not for the app, whose own keys would hear it; but for the panel's key itself. */
function keepFromPage(hotkey: string | false) {
  return (event: Event) => {
    if (!hotkey || !isHotkey(event as KeyboardEvent, hotkey)) event.stopPropagation()
  }
}

/** Panels of other tabs show this one, too. The code for it is loaded when the first of them watches. */
export function tellOthers(store: Store): () => void {
  const channel = new BroadcastChannel(channelName(store.storeId))
  const { sessionId } = store.inspect
  let publishing: { watched(): void; end(): void } | undefined
  let isLoading = false
  let isOver = false
  channel.addEventListener('message', async ({ data }: MessageEvent<OnChannel>) => {
    if (data.type === 'freeze' && data.sessionId === sessionId) return freeze(data.ms)
    if (data.type !== 'watching' || data.sessionId === sessionId || isLoading) return // its own panel hears it directly
    if (publishing) return publishing.watched()
    isLoading = true
    const { publish } = await import('../publish.ts')
    isLoading = false
    if (isOver) return
    publishing = publish(store, channel, () => {
      publishing = undefined
    })
  })
  const bye = () => channel.postMessage({ type: 'gone', sessionId } satisfies OnChannel)
  addEventListener('pagehide', bye)
  return () => {
    isOver = true
    removeEventListener('pagehide', bye)
    publishing?.end()
    bye()
    channel.close()
  }
}
