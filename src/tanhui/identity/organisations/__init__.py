"""Organisations of path two: owners of projects, verification bodies, buyers of credits."""
