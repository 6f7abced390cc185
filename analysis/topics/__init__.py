"""What people talk about: texts as vectors, a map of them, its topics with names, and new ones placed."""
