import type { Store } from 'headwater'
import { createRoot } from 'react-dom/client'
import { createStore } from 'zustand/vanilla'
import { connect } from '../connect.ts'
import { emptyModel, type Model, next } from '../model.ts'
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
  styles.replaceSync(panelStyles)
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, styles]
  const model = createStore<Model>(() => emptyModel(store.inspect.sessionId))
  const disconnect = connect(store, (message) => model.setState((now) => next(now, message), true))
  const react = createRoot(place)
  react.render(<Panel store={store} model={model} settings={settings} takesFocus={takesFocus} />)
  return () => {
    disconnect()
    react.unmount()
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((sheet) => sheet !== styles)
  }
}
