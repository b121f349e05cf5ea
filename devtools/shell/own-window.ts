/** A window of its own: one that stays above others where the browser has such, or a plain one. */

type PictureInPicture = { requestWindow(size: { width: number; height: number }): Promise<Window> }

export type OwnWindow = { readonly root: ShadowRoot; readonly place: HTMLElement; close(): void }

const size = { width: 760, height: 520 }

/** Undefined where the browser refuses, as it does unless somebody has just clicked. */
export async function openOwnWindow(title: string, onClosed: () => void): Promise<OwnWindow | undefined> {
  const opened = await open(title)
  if (!opened) return undefined
  const { document } = opened
  document.title = title
  document.documentElement.lang = 'en'
  const host = document.createElement('headwater-devtools')
  const root = host.attachShadow({ mode: 'open' })
  const place = document.createElement('div')
  root.append(place)
  document.body.append(host)
  const close = () => opened.close()
  addEventListener('pagehide', close) // it shows a store that is gone then
  opened.addEventListener('pagehide', () => {
    removeEventListener('pagehide', close)
    onClosed()
  })
  return { root, place, close }
}

async function open(title: string): Promise<Window | undefined> {
  const { documentPictureInPicture: above } = globalThis as { documentPictureInPicture?: PictureInPicture }
  const own = await above?.requestWindow(size).catch(() => undefined)
  return own ?? window.open('', `headwater ${title}`, `popup,width=${size.width},height=${size.height}`) ?? undefined
}

/** A style sheet belongs to the document that it is made for. */
export function styleSheet(root: ShadowRoot, css: string): CSSStyleSheet {
  const { CSSStyleSheet: Sheet = CSSStyleSheet } = (root.ownerDocument.defaultView ?? {}) as Partial<typeof globalThis>
  const sheet = new Sheet()
  sheet.replaceSync(css)
  return sheet
}
