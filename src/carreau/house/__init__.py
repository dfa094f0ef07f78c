"""house: see ARCHITECTURE.md."""
