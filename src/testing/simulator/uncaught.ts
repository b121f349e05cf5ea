/** Hears of promises that are rejected and that nobody catches. */
export function hearUncaught() {
  const heard: string[] = []
  const hear = (error: unknown) => {
    heard.push(`nobody caught ${error instanceof Error ? error.stack : error}`)
  }
  process.on('unhandledRejection', hear)
  return {
    /** A history is one long chain of promises: only after it does Node tell, and storage that died get freed. */
    async stop(): Promise<readonly string[]> {
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      process.off('unhandledRejection', hear)
      return heard
    },
  }
}
