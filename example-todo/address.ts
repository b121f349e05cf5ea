/**
 * What the page's address asks for:
 *
 * - `?store=NAME` opens another store than `todos`
 * - `?backend=ws://…` syncs with another backend than the one that `npm start` brought up
 * - `?devtools=off` shows no devtools where there would be some, and `?devtools=closed` only their button
 * - `?trace` keeps what the store tells of itself in `window.headwaterTraces`
 */
const asked = new URLSearchParams(location.search)

export const defaultStoreId = 'todos'
export const storeId = asked.get('store') ?? defaultStoreId
export const backendUrl = asked.get('backend') ?? import.meta.env.VITE_HEADWATER_URL ?? 'ws://localhost:8787'
export const isTraced = asked.has('trace')
export const devtools = asked.get('devtools') ?? (import.meta.env.DEV ? 'open' : 'off')
