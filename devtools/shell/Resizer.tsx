import type { KeyboardEvent, PointerEvent } from 'react'
import { useStore } from 'zustand'
import { arrowOf, byKey, followPointer } from './follow-pointer.ts'
import type { SettingsStore } from './settings.ts'
import { smallest } from './settings.ts'
import { useDock } from './use-place.ts'

/** The edge between the panel and the page, moved by pointer or arrows. */
export function Resizer({ settings }: { settings: SettingsStore }) {
  const { height, width } = useStore(settings)
  const dock = useDock(settings)
  const isBeside = dock === 'left' || dock === 'right'
  const size = isBeside ? width : height
  const least = isBeside ? smallest.width : smallest.height
  const most = Math.round((isBeside ? innerWidth : innerHeight) * 0.85)
  /** In which direction the panel grows. */
  const sign = dock === 'top' || dock === 'left' ? 1 : -1

  const setSize = (to: number) => {
    const size = Math.round(Math.min(Math.max(to, least), Math.max(most, least)))
    settings.setState(isBeside ? { width: size } : { height: size })
  }

  const onPointerDown = (event: PointerEvent<HTMLHRElement>) => {
    followPointer(event, (x, y) => setSize(size + sign * (isBeside ? x : y)))
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = arrowOf(event.key)
    const step = isBeside ? arrow?.x : arrow?.y
    if (!step) return
    event.preventDefault()
    setSize(size + sign * step * byKey)
  }

  return (
    <hr
      className="resizer"
      aria-orientation={isBeside ? 'vertical' : 'horizontal'}
      aria-label="Resize devtools"
      aria-valuenow={size}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
    />
  )
}
