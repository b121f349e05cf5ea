import type { KeyboardEvent, PointerEvent } from 'react'
import { type Edges, moved, type Rect, resized, smallestFloating, within } from './floating.ts'
import { arrowOf, byKey, followPointer } from './follow-pointer.ts'
import type { SettingsStore } from './settings.ts'
import { roomOfPage, useRoom } from './use-place.ts'

const placeOf = (settings: SettingsStore): Rect => within(settings.getState().floating, roomOfPage())
const isControl = (target: EventTarget) => (target as Element).closest('button:not(.grip), select') !== null

/** What the header does with the pointer: all of it but its controls drags the panel. */
export const dragsPanel = (settings: SettingsStore) => (event: PointerEvent<HTMLElement>) => {
  if (event.button !== 0 || isControl(event.target)) return
  const start = placeOf(settings)
  followPointer(event, (x, y) => settings.setState({ floating: moved(start, x, y, roomOfPage()) }))
}

/** Moves the panel by arrows, and as a part of the header by the pointer. */
export function Grip({ settings }: { settings: SettingsStore }) {
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = arrowOf(event.key)
    if (!arrow) return
    event.preventDefault()
    const to = moved(placeOf(settings), arrow.x * byKey, arrow.y * byKey, roomOfPage())
    settings.setState({ floating: to })
  }
  return (
    <button
      type="button"
      className="grip plain"
      aria-label="Move devtools"
      aria-description="Arrow keys move it"
      title="Drag, or use the arrow keys"
      onKeyDown={onKeyDown}
    >
      <span aria-hidden="true">⠿</span>
    </button>
  )
}

const edges: readonly Edges[] = [
  { x: 0, y: -1 },
  { x: -1, y: 0 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: -1 },
  { x: 1, y: -1 },
  { x: -1, y: 1 },
  { x: 1, y: 1 },
]

/** All edges and corners are moved by the pointer; the right and the lower edge by arrows, too. */
export function FloatingResizers({ settings }: { settings: SettingsStore }) {
  const { width, height } = within(settings.getState().floating, useRoom())
  const { width: across, height: down } = roomOfPage()
  const move = (edges: Edges) => (event: PointerEvent<HTMLElement>) => {
    const start = placeOf(settings)
    followPointer(event, (x, y) => settings.setState({ floating: resized(start, edges, { x, y }, roomOfPage()) }))
  }
  const press = (edges: Edges) => (event: KeyboardEvent) => {
    const arrow = arrowOf(event.key)
    if (!arrow) return
    const by = { x: arrow.x * byKey, y: arrow.y * byKey }
    event.preventDefault()
    settings.setState({ floating: resized(placeOf(settings), edges, by, roomOfPage()) })
  }
  return edges.map(({ x, y }) => {
    const common = { key: `${x} ${y}`, className: 'resizer', 'data-x': x, 'data-y': y, onPointerDown: move({ x, y }) }
    const isWidth = x === 1 && y === 0
    if (!isWidth && !(x === 0 && y === 1)) return <span {...common} key={common.key} aria-hidden="true" />
    return (
      <hr
        {...common}
        key={common.key}
        tabIndex={0}
        aria-label={isWidth ? 'Width of devtools' : 'Height of devtools'}
        aria-orientation={isWidth ? 'vertical' : 'horizontal'}
        aria-valuenow={isWidth ? width : height}
        aria-valuemin={isWidth ? smallestFloating.width : smallestFloating.height}
        aria-valuemax={isWidth ? across : down}
        onKeyDown={press({ x, y })}
      />
    )
  })
}
