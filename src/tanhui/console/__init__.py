"""The pages of the operator and the regulator under /console/."""
