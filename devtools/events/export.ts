/** What is taken out of the panel: to the clipboard, or as a file. Each says in a word how that went. */
export async function copy(text: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text)
    return 'copied'
  } catch (error) {
    return `the browser refuses the clipboard: ${(error as Error).message}`
  }
}

export function download(name: string, text: string, type = 'application/json'): string {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
  return `saved as ${name}`
}
