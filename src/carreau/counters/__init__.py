"""counters: see ARCHITECTURE.md."""
