"""Facilities and services, counted or located."""
