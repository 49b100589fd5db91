"""micrograd: a scalar-valued autograd engine and networks, built in a book."""
