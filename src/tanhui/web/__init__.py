"""Floor 11: what doors share: templates, tokens, locale, log-in, refusals."""
