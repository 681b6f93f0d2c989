"""The pages of organisations under /portal/: of partners, owners, verification bodies, buyers."""
