// What an app loads on its main thread has a budget. Workers load beside it; `npm run bench -- size` says how large they are.
import { sizeOfCore } from '../bench/size.ts'

const held = await sizeOfCore()
if (held.value > held.budget!) process.exitCode = 1
console.log(`Core and React: ${held.value} kB, gzip (at most ${held.budget})`)
