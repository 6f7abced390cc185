"""Golden datasets: what should be answered to what, by people's judgement; versions, files, splits, regression."""
