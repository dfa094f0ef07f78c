"""products: see ARCHITECTURE.md."""
