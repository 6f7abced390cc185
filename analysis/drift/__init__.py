"""One window of the records against another: whether what people ask has drifted, with false alarms held."""
