"""places: see ARCHITECTURE.md."""
