import type { StoreApi } from 'zustand/vanilla'
import { firstPlace, type Rect } from './floating.ts'

/** A window of its own is not remembered: browsers open one only where somebody has just clicked. */
export type Dock = 'bottom' | 'right' | 'left' | 'top' | 'floating' | 'window'
export type Theme = 'system' | 'light' | 'dark'
export type TabName = 'sync' | 'rebases' | 'events' | 'data' | 'queries' | 'sql' | 'past' | 'faults' | 'evidence'

/** What the panel remembers of itself in this browser. */
export type Settings = {
  readonly isOpen: boolean
  readonly dock: Dock
  readonly theme: Theme
  readonly tab: TabName
  /** Pixels: its height above or below the page, and its width beside it. */
  readonly height: number
  readonly width: number
  /** As it was left; a smaller window shows it elsewhere, and smaller. */
  readonly floating: Rect
}

export const docks: readonly Dock[] = ['bottom', 'right', 'left', 'top', 'floating', 'window']
export const themes: readonly Theme[] = ['system', 'light', 'dark']
export const tabNames: readonly TabName[] = [
  'sync',
  'rebases',
  'events',
  'data',
  'queries',
  'sql',
  'past',
  'faults',
  'evidence',
]

export const smallest = { height: 160, width: 300 }

const key = 'headwater-devtools'
const first: Settings = {
  isOpen: false,
  dock: 'bottom',
  theme: 'system',
  tab: 'sync',
  height: 380,
  width: 520,
  floating: firstPlace,
}

/** What was remembered, as far as it makes sense. */
export function parseSettings(json: string | null, isOpen: boolean): Settings {
  const known = { ...first, isOpen }
  let found: Partial<Record<keyof Settings, unknown>>
  try {
    found = JSON.parse(json ?? '{}') ?? {}
  } catch {
    return known // another version's, or somebody's: as if there were none
  }
  const one = <Value>(values: readonly Value[], value: unknown, other: Value) =>
    values.includes(value as Value) ? (value as Value) : other
  const size = (value: unknown, least: number, other: number) =>
    typeof value === 'number' && value >= least ? value : other
  return {
    isOpen: typeof found.isOpen === 'boolean' ? found.isOpen : isOpen,
    dock: found.dock === 'window' ? known.dock : one(docks, found.dock, known.dock),
    theme: one(themes, found.theme, known.theme),
    tab: one(tabNames, found.tab, known.tab),
    height: size(found.height, smallest.height, known.height),
    width: size(found.width, smallest.width, known.width),
    floating: isRect(found.floating) ? found.floating : known.floating,
  }
}

function isRect(value: unknown): value is Rect {
  const found = (value ?? {}) as Partial<Record<keyof Rect, unknown>>
  return [found.left, found.top, found.width, found.height].every(Number.isFinite)
}

/** Browsers may refuse storage; then nothing is remembered. */
export function loadSettings(isOpen: boolean): Settings {
  try {
    return parseSettings(localStorage.getItem(key), isOpen)
  } catch {
    return parseSettings(null, isOpen)
  }
}

export function saveSettings(settings: Settings): void {
  try {
    localStorage.setItem(key, JSON.stringify(settings))
  } catch {
    // as above
  }
}

export type SettingsStore = StoreApi<Settings>
