import { createRoot } from 'react-dom/client'
import { createStore } from 'zustand/vanilla'
import type { Store } from '../../src/index.ts'
import type { Edits } from '../data/edit.ts'
import { dataStyles } from '../data/styles.ts'
import { createRecorder } from '../evidence/recording.ts'
import { createExplorer, type Explorer } from '../fork/explorer.ts'
import { emptyModel, type Message, type Model, next } from '../model.ts'
import type { Source } from '../source.ts'
import { pageSource } from '../tab/page-source.ts'
import { env } from '../world.ts'
import { styleSheet } from './own-window.ts'
import { Panel } from './Panel.tsx'
import { panelStyles } from './panel-styles.ts'
import type { SettingsStore } from './settings.ts'

type Options = {
  readonly settings: SettingsStore
  readonly root: ShadowRoot
  readonly place: HTMLElement
  readonly takesFocus: boolean
  /** Who gave the place says whether it is shown, where, and in which theme. */
  readonly isGuest?: boolean
}

/** Connects to the store and draws the panel. Returns the way to end both. */
export function openPanel(store: Store, edits: Edits, options: Options): () => void {
  const { page } = store.inspect
  const explorer = page && createExplorer(store, page, edits)
  const close = showPanel(pageSource(store), explorer, options)
  return () => {
    close()
    explorer?.close()
  }
}

/** Draws the panel of whatever there is to show. Returns the way to end it. */
export function showPanel(
  source: Source,
  explorer: Explorer | undefined,
  { settings, root, place, takesFocus, isGuest = false }: Options,
): () => void {
  const styles = styleSheet(root, panelStyles + dataStyles)
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, styles]
  const model = createStore<Model>(() => emptyModel(source))
  const gathered = gather((messages) => model.setState((now) => messages.reduce(next, now), true))
  const recorder = createRecorder(source, env.now)
  const disconnect = source.connect((message) => {
    recorder.hear(message)
    gathered.add(message)
  })
  const react = createRoot(place)
  react.render(
    <Panel
      source={source}
      explorer={explorer}
      model={model}
      settings={settings}
      recorder={recorder}
      takesFocus={takesFocus}
      isGuest={isGuest}
    />,
  )
  return () => {
    disconnect()
    gathered.drop()
    react.unmount()
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
