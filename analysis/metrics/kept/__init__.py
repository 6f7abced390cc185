"""What is kept of the records by day, so that pages are quick at ten million of them: computed from them, and no more.

`days` finds the days that changed and computes them anew; `figures` keeps metrics, `spreads` how long answers took,
`costs` what each model cost, `visits` who was there, and `facets` which values the fields have. By which fields days
are kept apart says `members`, which whole days a question is about `span`, and whether an answer holds `freshness`:
until :func:`days.refresh` ran after a change, figures come from scans of the records, and the choices that `facets`
offers may lag behind.
"""
