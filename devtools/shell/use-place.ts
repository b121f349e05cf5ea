import { type CSSProperties, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { type Size, within } from './floating.ts'
import type { Dock, Settings, SettingsStore } from './settings.ts'

/** On narrow pages there is no room beside the page. */
const narrow = '(max-width: 760px)'

export function useDock(settings: SettingsStore): Dock {
  const dock = useStore(settings, ({ dock }) => dock)
  const isNarrow = useMedia(narrow)
  return isNarrow && dock !== 'top' && dock !== 'window' ? 'bottom' : dock
}

/** Where the panel stands. The page gets as much less room, so that nothing of it is hidden for good. */
export function usePlace(settings: SettingsStore): CSSProperties {
  const { height, width, floating } = useStore(settings)
  const room = useRoom()
  const dock = useDock(settings)
  useEffect(() => {
    const { style } = document.body
    const side = { bottom: 'paddingBottom', top: 'paddingTop', left: 'paddingLeft', right: 'paddingRight' } as const
    if (dock === 'floating' || dock === 'window') return
    const before = style[side[dock]]
    style[side[dock]] = `min(${dock === 'bottom' || dock === 'top' ? `${height}px, 85vh` : `${width}px, 85vw`})`
    return () => {
      style[side[dock]] = before
    }
  }, [dock, height, width])
  return styleOf(dock, { height, width, floating: within(floating, room) })
}

function styleOf(
  dock: Dock,
  { height, width, floating }: Pick<Settings, 'height' | 'width' | 'floating'>,
): CSSProperties {
  const tall = { height: `min(${height}px, 85vh)` }
  const wide = { width: `min(${width}px, 85vw)` }
  switch (dock) {
    case 'bottom':
      return { ...tall, insetInline: 0, bottom: 0 }
    case 'top':
      return { ...tall, insetInline: 0, top: 0 }
    case 'left':
      return { ...wide, insetBlock: 0, left: 0 }
    case 'right':
      return { ...wide, insetBlock: 0, right: 0 }
    case 'floating':
      return floating
    case 'window':
      return { inset: 0 }
    default:
      return dock satisfies never
  }
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const media = matchMedia(query)
    const learn = () => setMatches(media.matches)
    media.addEventListener('change', learn)
    return () => media.removeEventListener('change', learn)
  }, [query])
  return matches
}

export const roomOfPage = (): Size => ({ width: innerWidth, height: innerHeight })

/** The size of the page's window, as it changes. */
export function useRoom(): Size {
  const [room, setRoom] = useState(roomOfPage)
  useEffect(() => {
    const learn = () => setRoom(roomOfPage())
    addEventListener('resize', learn)
    return () => removeEventListener('resize', learn)
  }, [])
  return room
}
