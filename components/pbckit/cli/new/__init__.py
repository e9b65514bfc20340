"""`pbc new`: a program, and PBCs in it, that work at once."""
