/** What is taken out of the panel: to the clipboard, or as a file. */

/** Puts text on the clipboard; false where the browser does not let it. `from` is in the window that has the focus. */
export async function copyText(text: string, from: Node | null): Promise<boolean> {
  const { defaultView, body } = from?.ownerDocument ?? document
  try {
    await defaultView?.navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text, body)
  }
}

/** Pages that are not secure have no other way. */
function copyBySelection(text: string, body: HTMLElement): boolean {
  const area = body.ownerDocument.createElement('textarea')
  area.value = text
  body.append(area)
  area.select()
  const isCopied = body.ownerDocument.execCommand('copy')
  area.remove()
  return isCopied
}

/** Says in words how it went. */
export async function copy(text: string, from: Node): Promise<string> {
  return (await copyText(text, from)) ? 'copied' : 'the browser refuses the clipboard'
}

/** Says in words how it went. */
export function download(name: string, text: string, type = 'application/json'): string {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
  return `saved as ${name}`
}
