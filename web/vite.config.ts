import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

const served = process.env.CARREAU_SERVER ?? 'http://127.0.0.1:8091'

export default defineConfig({
  plugins: [svelte()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: process.env.CARREAU_WEB_OUT ?? '../src/carreau/counters/web/static',
    emptyOutDir: true,
    target: 'es2022',
    manifest: 'manifest.json',
    reportCompressedSize: false,
    assetsInlineLimit: 0, // a strict Content-Security-Policy has no place for data: scripts and styles
    chunkSizeWarningLimit: 1200,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: Object.fromEntries(['/api', '/tiles', '/odata', '/delta-sharing'].map((path) => [path, served])),
  },
})
