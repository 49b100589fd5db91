"""micrograd: a scalar-valued autograd engine and a small neural-network library, built line by line in its book."""
