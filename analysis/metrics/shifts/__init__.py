"""Why a metric moved between two samples: an exact split of its change by groups of the records."""
