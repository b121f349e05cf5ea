export const pageStyles = `
:root { color-scheme: light dark; font: 14px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
body { margin: 0; background: light-dark(#f3f7f8, #0a1215); color: light-dark(#12292f, #e4eff1); }
main { display: flex; flex-direction: column; height: 100vh; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 18px; padding: 8px 14px; }
h1 { margin: 0; font-size: 15px; }
p { margin: 0; }
ul { display: flex; flex-wrap: wrap; gap: 6px; margin: 0; padding: 0; list-style: none; }
button { padding: 3px 12px; border: 1px solid light-dark(#d5e1e4, #263a41); border-radius: 14px; background: light-dark(#ffffff, #0e181c); color: inherit; font: inherit; cursor: pointer; }
button[aria-current="true"] { border-color: light-dark(#0b6a7c, #5cc8d9); color: light-dark(#0b6a7c, #5cc8d9); font-weight: 600; }
small { color: light-dark(#4b6670, #9cb4bb); }
.shown { flex: 1; min-height: 0; }
`
