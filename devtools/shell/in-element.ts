import { createStore } from 'zustand/vanilla'
import { launcherStyles } from './launcher-styles.ts'
import { styleSheet } from './own-window.ts'
import { loadSettings, type Settings, type SettingsStore } from './settings.ts'

export type InElement = {
  readonly settings: SettingsStore
  readonly root: ShadowRoot
  readonly place: HTMLElement
  remove(): void
}

/** A place for the panel that fills an element of the page. What is chosen there is not remembered. */
export function placeIn(element: HTMLElement): InElement {
  const settings = createStore<Settings>(() => ({ ...loadSettings(true), isOpen: true, dock: 'window' }))
  const host = document.createElement('headwater-devtools')
  // What is fixed within it stays within it.
  host.style.cssText = 'display: block; position: relative; height: 100%; min-height: 240px; transform: translateZ(0)'
  element.append(host)
  const root = host.attachShadow({ mode: 'open' })
  root.adoptedStyleSheets = [styleSheet(root, launcherStyles)]
  const place = document.createElement('div')
  root.append(place)
  const follow = ({ theme }: Settings) => {
    host.dataset.theme = theme
  }
  follow(settings.getState())
  const stop = settings.subscribe(follow)
  const remove = () => {
    stop()
    host.remove()
  }
  return { settings, root, place, remove }
}
