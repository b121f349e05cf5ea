import { StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { Provided } from './Provided.tsx'

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Suspense fallback="Opening…">{location.hash === '#provided' ? <Provided /> : <App />}</Suspense>
  </StrictMode>,
)
