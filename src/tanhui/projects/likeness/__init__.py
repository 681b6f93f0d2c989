"""Whether a project is one that is known already, here or elsewhere: signs, scores, waivers."""
