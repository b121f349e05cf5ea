import type { Store } from '../src/index.ts'
import { type DevtoolsPlugin, emptyPlugin } from './plugin-contract.ts'
import { announce } from './remote/announce.ts'
import { placeIn } from './shell/in-element.ts'
import { type DevtoolsOptions, tellOthers } from './shell/mount.ts'
import type { Theme } from './shell/settings.ts'

type Shown = { readonly store: Store; themed(theme: Theme): void; close(): void }

/** By the element that it is in: who writes a plugin where React renders makes another one each time. */
const shownIn = new WeakMap<HTMLElement, Shown>()

/** The panel for TanStack Devtools: `plugins: [headwaterDevtoolsPlugin(store)]`. Until it is shown nothing of it is loaded. */
export function headwaterDevtoolsPlugin(
  store: Store,
  { edit = {} }: Pick<DevtoolsOptions, 'edit'> = {},
): DevtoolsPlugin {
  let place: HTMLElement | undefined
  const destroy = () => {
    if (!place) return
    shownIn.get(place)?.close()
    shownIn.delete(place)
    place = undefined
  }
  return {
    ...emptyPlugin,
    render(element, given) {
      if (place !== element) destroy()
      place = element
      let shown = shownIn.get(element)
      if (shown?.store !== store) {
        shown?.close()
        shown = show(store, edit, element)
        shownIn.set(element, shown)
      }
      shown.themed((typeof given === 'object' ? given.theme : given) ?? 'system')
      return emptyPlugin.render(element)
    },
    destroy,
  }
}

function show(store: Store, edit: NonNullable<DevtoolsOptions['edit']>, element: HTMLElement): Shown {
  const stops = [tellOthers(store), announce(store)]
  const { remove, ...place } = placeIn(element)
  let isOver = false
  void import('./shell/open-panel.tsx').then(({ openPanel }) => {
    if (!isOver) stops.push(openPanel(store, edit, { ...place, isGuest: true, takesFocus: false }))
  })
  return {
    store,
    themed: (theme) => place.settings.setState({ theme }),
    close() {
      isOver = true
      for (const stop of stops.reverse()) stop()
      remove()
    },
  }
}
