import { createRoot } from 'react-dom/client'
import { createStore } from 'zustand/vanilla'
import type { Store } from '../../src/index.ts'
import { dataStyles } from '../data/styles.ts'
import { createExplorer } from '../fork/explorer.ts'
import { emptyModel, type Message, type Model, next } from '../model.ts'
import { pageSource } from '../tab/page-source.ts'
import { env } from '../world.ts'
import { Panel } from './Panel.tsx'
import { panelStyles } from './panel-styles.ts'
import type { SettingsStore } from './settings.ts'

type Options = {
  readonly store: Store
  readonly settings: SettingsStore
  readonly root: ShadowRoot
  readonly place: HTMLElement
  readonly takesFocus: boolean
}

/** Connects to the store and draws the panel. Returns the way to end both. */
export function openPanel({ store, settings, root, place, takesFocus }: Options): () => void {
  const styles = new CSSStyleSheet()
  styles.replaceSync(panelStyles + dataStyles)
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, styles]
  const model = createStore<Model>(() => emptyModel(store.inspect.sessionId))
  const gathered = gather((messages) => model.setState((now) => messages.reduce(next, now), true))
  const source = pageSource(store)
  const { page } = store.inspect
  const explorer = page && createExplorer(store, page)
  const disconnect = source.connect(gathered.add)
  const react = createRoot(place)
  react.render(
    <Panel
      store={store}
      source={source}
      explorer={explorer}
      model={model}
      settings={settings}
      takesFocus={takesFocus}
    />,
  )
  return () => {
    disconnect()
    gathered.drop()
    react.unmount()
    explorer?.close()
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((sheet) => sheet !== styles)
  }
}

/** However many tabs tell something, the panel is drawn this often, milliseconds. */
const drawEvery = 40

/** Messages that come one by one, together. */
function gather(take: (messages: readonly Message[]) => void) {
  let waiting: Message[] = []
  let cancel: (() => void) | undefined
  const flush = () => {
    const messages = waiting
    waiting = []
    cancel = undefined
    take(messages)
  }
  return {
    add(message: Message) {
      waiting.push(message)
      cancel ??= env.after(drawEvery, flush)
    },
    drop: () => cancel?.(),
  }
}
