"""testing: see ARCHITECTURE.md."""
