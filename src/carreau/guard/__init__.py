"""guard: see ARCHITECTURE.md."""
