"""market: see ARCHITECTURE.md."""
