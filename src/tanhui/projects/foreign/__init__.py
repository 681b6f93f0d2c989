"""Other registers: their public files read as declared layouts, so that nothing counts twice."""
