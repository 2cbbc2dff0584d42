"""Signing in to /admin/: password, second factor, and what happens to those who guess."""
