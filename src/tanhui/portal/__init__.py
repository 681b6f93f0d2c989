"""The pages of organisations under /portal/: a partner's keys, deliveries and reconciliation."""
