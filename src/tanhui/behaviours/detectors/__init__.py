"""What makes a deed implausible: one file a detector, its thresholds in content/<city>/detectors/.

`seen` is what detectors look at and how they are run; `registry` finds them and their settings.
Every other file here is one detector.
"""
