import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

const served = process.env.CARREAU_SERVER ?? 'http://127.0.0.1:8091'

const BASE = /node_modules\/svelte\/|src\/(lib|i18n\/shell)|src\/components\/(Chips|Grade|Select|Button|Skeleton|Trouble|Header|Toasts)/

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
    // One file for what every page needs: each file more costs a request and its headers before the first map.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'base', test: BASE }] } } },
  },
  server: {
    proxy: Object.fromEntries(['/api', '/tiles', '/odata', '/delta-sharing'].map((path) => [path, served])),
  },
})
