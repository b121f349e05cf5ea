/// <reference lib="webworker" />
// The broker's SharedWorker. Its text, and so its address, must stay the same from build to build: two builds of an app
// with two brokers would not hear of each other's leaders.
import { createBroker } from './broker.ts'
import { webLocks } from './ports.ts'

const connect = createBroker({ brokerId: crypto.randomUUID(), locks: webLocks })

;(self as unknown as SharedWorkerGlobalScope).onconnect = ({ ports: [tab] }) => {
  if (tab) connect(tab)
}
