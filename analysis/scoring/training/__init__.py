"""How the weights of the trained scorers are made: from which data, and by which steps."""
