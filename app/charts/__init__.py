"""Charts: one look for all. Altair for small trends and tables of them, Plotly where one zooms."""
