"""Other languages: which sentences a template says, what each is in another language, and when."""
