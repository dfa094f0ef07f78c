"""Registered job seekers by priority neighbourhood and by IRIS."""
