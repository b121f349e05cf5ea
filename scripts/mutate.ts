// `node --import ./scripts/mutate.ts …` with MUTANT=name in the environment: the library with one line broken on purpose.
import { registerHooks } from 'node:module'
import { mutants, timesIn } from './mutants-list.ts'

const mutant = mutants.find(({ name }) => name === process.env.MUTANT)
if (process.env.MUTANT && !mutant) throw new Error(`there is no mutant "${process.env.MUTANT}"`)

if (mutant) {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      if (!url.endsWith(mutant.file)) return loaded
      const source = String(loaded.source)
      if (timesIn(source, mutant.find) !== 1) throw new Error(`mutant "${mutant.name}": ${mutant.file} has changed`)
      return { ...loaded, source: source.replace(mutant.find, mutant.put) }
    },
  })
}
