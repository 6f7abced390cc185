"""Charts: one look for all. Altair for small trends and tables of them, Plotly where one zooms."""

# Altair takes any pandas that it finds loaded, also one that another visitor's thread is only halfway through loading:
# it is loaded whole before the first chart is drawn.
import pandas  # type: ignore[import-untyped]  # noqa: F401
