"""People's judgement of records: how far reviewers agree."""
