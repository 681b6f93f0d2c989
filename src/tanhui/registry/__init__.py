"""The registry of credits: one number per kilogram, for ever. docs/registry.md."""
