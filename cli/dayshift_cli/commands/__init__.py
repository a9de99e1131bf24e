"""One file per command: each reads its options, calls one module of the package, and prints."""
