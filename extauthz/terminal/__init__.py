"""What people see: tables, trees, colours and progress, on terminals and in pipes.

Every command shows its text through this package, and nothing else of the project knows rich.
Decision 0031 says what a terminal, a dumb one and a pipe get.
"""
