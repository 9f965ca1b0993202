"""What is done at the counter with a scanner, a job a module; how it looks is not theirs."""
