"""The leak corpus: injections into the captured graph of the real program, and harmless changes beside them."""
