/** Workers that run already, by what makes them. */
const early = new Map<() => Worker, Worker>()

/** Starts the worker before anybody asks for it: it loads while the app's own modules do. */
export function startEarly(make: () => Worker) {
  const worker = make()
  early.set(make, worker)
  worker.addEventListener('error', () => early.delete(make)) // nobody would hear that it did not load
}

/** The worker that was started early, once; or another one. */
export function takeWorker(make: () => Worker): Worker {
  const worker = early.get(make)
  early.delete(make)
  return worker ?? make()
}
