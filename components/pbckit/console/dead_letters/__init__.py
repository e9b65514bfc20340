"""Dead letters: which there are and why, and what becomes of them."""
