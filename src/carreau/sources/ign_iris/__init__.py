"""Contours and reference list of the IRIS, INSEE's small areas of about two thousand inhabitants."""
