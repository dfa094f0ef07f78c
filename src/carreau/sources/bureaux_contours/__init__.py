"""Contours of the polling stations, as the state proposes them."""
