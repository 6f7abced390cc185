"""What is kept of the records by day, so that pages are quick at ten million of them: computed from them, and no more.

`days` finds the days that changed and computes them anew; `figures` keeps metrics, `spreads` how long answers took,
`visits` who was there, and `facets` which values the fields have. Until :func:`days.refresh` ran after a change,
figures come from scans of the records; the choices that `facets` offers may lag behind until then.
"""
