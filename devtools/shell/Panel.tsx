import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { StoreApi } from 'zustand/vanilla'
import { CopiedDataTab } from '../data/CopiedDataTab.tsx'
import { DataTab } from '../data/DataTab.tsx'
import { NeedsPage } from '../data/NeedsPage.tsx'
import { EventsTab } from '../events/EventsTab.tsx'
import { EvidenceTab } from '../evidence/EvidenceTab.tsx'
import { PlayerBar } from '../evidence/PlayerBar.tsx'
import type { Player } from '../evidence/player.ts'
import type { Recorder } from '../evidence/recording.ts'
import { FaultBanner } from '../faults/FaultBanner.tsx'
import { FaultsTab } from '../faults/FaultsTab.tsx'
import { copiesOfPage, copiesOfTab } from '../fork/copies.ts'
import type { Explorer } from '../fork/explorer.ts'
import type { Model } from '../model.ts'
import { QueriesTab } from '../queries/QueriesTab.tsx'
import { RebasesTab } from '../rebases/RebasesTab.tsx'
import type { Source } from '../source.ts'
import { SqlTab } from '../sql/SqlTab.tsx'
import { SyncTab } from '../sync/SyncTab.tsx'
import { TimeTravelTab } from '../time-travel/TimeTravelTab.tsx'
import { dragsPanel, FloatingResizers, Grip } from './Floating.tsx'
import { Resizer } from './Resizer.tsx'
import type { SettingsStore } from './settings.ts'
import { docks, type Settings, type TabName, tabNames, themes } from './settings.ts'
import { TabBoundary } from './TabBoundary.tsx'
import { useDock, usePlace } from './use-place.ts'

type Props = {
  readonly source: Source
  /** Of a store of this page. */
  readonly explorer: Explorer | undefined
  readonly model: StoreApi<Model>
  readonly recorder: Recorder
  readonly settings: SettingsStore
  readonly takesFocus: boolean
  readonly isGuest: boolean
}

const titles: Record<TabName, string> = {
  sync: 'Sync',
  rebases: 'Rebases',
  events: 'Events',
  data: 'Data',
  queries: 'Queries',
  sql: 'SQL',
  past: 'Time travel',
  faults: 'Faults',
  evidence: 'Evidence',
}

export function Panel(props: Props) {
  const { source: live, explorer: ofLive, model: liveModel, recorder, settings, takesFocus, isGuest } = props
  const hasFrame = live.kind === 'page' && !isGuest
  const tab = useStore(settings, ({ tab }) => tab)
  const dock = useDock(settings)
  const [player, play] = useState<Player>()
  const { source, model } = player ?? { source: live, model: liveModel }
  const closed = useClosed(live)
  const explorer = player || closed ? undefined : ofLive
  const copies = useMemo(() => {
    if (explorer) return copiesOfPage(explorer)
    return source.kind === 'remote' ? copiesOfTab(source, model) : undefined
  }, [explorer, source, model])
  /** What asks one source, does not go on with another. */
  const shown = player ? `recording of ${player.recording.at}` : 'live'
  // biome-ignore lint/correctness/useExhaustiveDependencies: what a recording says is not what the store does
  const client = useMemo(() => new QueryClient({ defaultOptions: { queries: { retry: false } } }), [source])
  const style = usePlace(settings)
  const set = (change: Partial<Settings>) => settings.setState(change)
  return (
    <QueryClientProvider client={client}>
      <section className="panel" data-dock={dock} style={style} aria-label="Headwater devtools">
        {dock === 'floating' && <FloatingResizers settings={settings} />}
        {dock !== 'floating' && dock !== 'window' && <Resizer settings={settings} />}
        <header className="bar" onPointerDown={dock === 'floating' ? dragsPanel(settings) : undefined}>
          {dock === 'floating' && <Grip settings={settings} />}
          <Tabs selected={tab} onSelect={(tab) => set({ tab })} model={model} takesFocus={takesFocus} />
          <span className="store" title="The store that is shown">
            {source.storeId}
          </span>
          {hasFrame && <Choice label="Dock" values={docks} settings={settings} of="dock" />}
          {!isGuest && <Choice label="Theme" values={themes} settings={settings} of="theme" />}
          {hasFrame && (
            <button type="button" className="plain" aria-label="Close devtools" onClick={() => set({ isOpen: false })}>
              <span aria-hidden="true">✕</span>
            </button>
          )}
        </header>
        {player && <PlayerBar player={player} onClose={() => play(undefined)} />}
        {closed && !player && (
          <p className="fault-banner" role="status">
            <b>The store is closed:</b> {closed.message}. This is what it told.
          </p>
        )}
        <FaultBanner key={`${shown} banner`} source={source} />
        <div
          key={shown}
          className="content"
          role="tabpanel"
          id="headwater-content"
          aria-labelledby={`headwater-tab-${tab}`}
        >
          <TabBoundary key={tab}>
            {tab === 'sync' && <SyncTab model={model} recordedNow={player?.now} />}
            {tab === 'rebases' && <RebasesTab model={model} />}
            {tab === 'events' && (
              <EventsTab source={source} explorer={explorer} model={model} onData={() => set({ tab: 'data' })} />
            )}
            {tab === 'data' &&
              (explorer ? (
                <DataTab explorer={explorer} model={model} onTravel={() => set({ tab: 'past' })} />
              ) : copies ? (
                <CopiedDataTab copies={copies} model={model} />
              ) : (
                <NeedsPage kind={source.kind} />
              ))}
            {tab === 'queries' && <QueriesTab source={source} model={model} />}
            {tab === 'sql' && (copies ? <SqlTab copies={copies} /> : <NeedsPage kind={source.kind} />)}
            {tab === 'past' &&
              (explorer ? <TimeTravelTab explorer={explorer} model={model} /> : <NeedsPage kind={source.kind} />)}
            {tab === 'faults' && <FaultsTab source={source} model={model} />}
            {tab === 'evidence' && <EvidenceTab source={source} recorder={recorder} player={player} onPlay={play} />}
          </TabBoundary>
        </div>
      </section>
    </QueryClientProvider>
  )
}

function useClosed({ closed }: Source): Error | undefined {
  const [reason, setReason] = useState<Error>()
  useEffect(() => {
    let isOver = false
    void closed?.then((error) => !isOver && setReason(error))
    return () => {
      isOver = true
    }
  }, [closed])
  return reason
}

type TabsProps = {
  readonly selected: TabName
  readonly onSelect: (tab: TabName) => void
  readonly model: StoreApi<Model>
  readonly takesFocus: boolean
}

/** The pattern of the WAI-ARIA guide: one tab stop, arrows between tabs. */
function Tabs({ selected, onSelect, model, takesFocus }: TabsProps) {
  const list = useRef<HTMLDivElement>(null)
  const rebases = useStore(model, ({ rebases }) => rebases.length)
  const focus = (tab: TabName) => list.current?.querySelector<HTMLElement>(`#headwater-tab-${tab}`)?.focus()

  // biome-ignore lint/correctness/useExhaustiveDependencies: who opened the panel by hand goes on in it, once
  useEffect(() => {
    if (takesFocus) focus(selected)
  }, [takesFocus])

  const onKeyDown = ({ key }: KeyboardEvent) => {
    const at = tabNames.indexOf(selected)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabNames.length - 1 }[key]
    if (to === undefined) return
    const tab = tabNames[(to + tabNames.length) % tabNames.length]!
    onSelect(tab)
    focus(tab)
  }

  return (
    <div className="tabs" role="tablist" aria-label="Headwater" tabIndex={-1} ref={list} onKeyDown={onKeyDown}>
      {tabNames.map((tab) => (
        <button
          key={tab}
          id={`headwater-tab-${tab}`}
          type="button"
          role="tab"
          aria-selected={tab === selected}
          aria-controls="headwater-content"
          tabIndex={tab === selected ? 0 : -1}
          onClick={() => onSelect(tab)}
        >
          {titles[tab]}
          {tab === 'rebases' && rebases > 0 && <span className="badge">{rebases}</span>}
        </button>
      ))}
    </div>
  )
}

type ChoiceProps<Of extends 'dock' | 'theme'> = {
  readonly label: string
  readonly values: readonly Settings[Of][]
  readonly settings: SettingsStore
  readonly of: Of
}

function Choice<Of extends 'dock' | 'theme'>({ label, values, settings, of }: ChoiceProps<Of>) {
  const value = useStore(settings, (now) => now[of])
  return (
    <label className="choice" data-of={of} title={`${label}: ${value}`}>
      <span aria-hidden="true">{glyphs[value]}</span>
      <select
        aria-label={label}
        value={value}
        onChange={({ target }) => settings.setState({ [of]: target.value } as Partial<Settings>)}
      >
        {values.map((value) => (
          <option key={value}>{value}</option>
        ))}
      </select>
    </label>
  )
}

/** In their place where there is no room for words. */
const glyphs: Record<Settings['dock' | 'theme'], string> = {
  bottom: '⬓',
  right: '◨',
  left: '◧',
  top: '⬒',
  floating: '❐',
  window: '⧉',
  system: '◐',
  light: '☀\uFE0E',
  dark: '☾',
}
